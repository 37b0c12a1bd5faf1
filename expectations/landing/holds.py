"""A hold takes a load out of the count: a file beside the completion record, which every reader looks for."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from concord.files import write_text
from concord.settings import Settings
from expectations.landing.loads import Load
from expectations.results import CheckResult
from ingestion.outcomes import holds_folder


def hold_file(settings: Settings, system: str, entity: str, load_id: str) -> Path:
    return holds_folder(settings, system, entity) / f"{load_id}.json"


def settle_hold(settings: Settings, load: Load, results: list[CheckResult]) -> bool:
    """Hold a load that broke a promise; release one that now keeps them all. Returns whether it is on hold.

    Only the latest load is ever released: a later one has already taken up what an older held load held.
    """
    file = hold_file(settings, load.system, load.entity, load.load_id)
    broken = [result for result in results if result.is_blocking]
    if not broken:
        if load.is_latest:
            file.unlink(missing_ok=True)
        return file.exists()
    content = {
        "load_id": load.load_id,
        "system": load.system,
        "entity": load.entity,
        "held_at": datetime.now(UTC).isoformat(),
        "reasons": [
            {"expectation": result.expectation, "observed": result.observed, "details": result.details}
            for result in broken
        ],
    }
    write_text(file, json.dumps(content, ensure_ascii=False, indent=1))
    return True
