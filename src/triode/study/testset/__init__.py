"""Test sets for builders of players: numbered sets of models, played anywhere, and compared.

`build_set` writes one: `.nam` files, signals, what has to come out, tolerances, checksums.
`run_set` plays it through an engine and judges. `collect_results` merges what came of it on many
devices, for `collection_page`, for `constraints_text`, which a study reads, and for `csv_text`.
Each is in the module of its subject, since they need pydantic, which importing this package does
not load.
"""
