"""The studio's addresses: thin functions over `triode.studio.Studio`, a module for each kind."""
