"""The synthetic operator's systems behind the interfaces that such systems really have.

``running`` is the way in; modules below start a PostgreSQL server, a TM Forum HTTP server, and write files.
"""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    # Late, so that the small server processes don't load what only their starter needs.
    if name in {"Servers", "running", "environment"}:
        from seeds.operator.serve import servers

        return getattr(servers, name)
    raise AttributeError(name)
