"""The published lake: what the last good build found, as everyone reads it.

A publication is one transaction: readers see the previous whole or the new whole and are never blocked.
"""

from concord.lake.connection import LAKE, connect_reader, current_snapshot, is_published
from concord.lake.publisher import Publication, last_publication, publications, publish
from concord.lake.registries import restore_registries
from concord.lake.retention import Expiry, expire

__all__ = [
    "LAKE",
    "Expiry",
    "Publication",
    "connect_reader",
    "current_snapshot",
    "expire",
    "is_published",
    "last_publication",
    "publications",
    "publish",
    "restore_registries",
]
