"""Test sets for builders of players: numbered sets of models, played anywhere, and compared."""
