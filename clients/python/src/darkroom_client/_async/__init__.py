"""The client for asyncio. `scripts/python-client.mjs` makes `_sync` from this directory."""
