# Made from _async by scripts/python-client.py; do not edit.
"""The client for synchronous programs. `scripts/python-client.mjs` makes `_sync` from this directory."""
