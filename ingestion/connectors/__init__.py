"""Connectors: each reads one kind of interface and yields Arrow tables in the raw layer's shape."""
