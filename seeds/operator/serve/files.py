"""The file interfaces of one operator, written from Parquet once: a folder per system that delivers files."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
from datetime import datetime
from pathlib import Path

from seeds.operator.serve.bank_files import write_bank_files
from seeds.operator.serve.crm_fixed_files import write_crm_fixed_files
from seeds.operator.serve.general_ledger_files import write_general_ledger_files
from seeds.operator.serve.interface_faults import plant, write_to_ledger
from seeds.operator.serve.partner_files import write_partner_files
from seeds.operator.serve.performance_files import write_performance_files
from seeds.operator.serve.record_count_files import write_record_count_files
from seeds.operator.serve.roaming_files import write_roaming_files
from seeds.operator.serve.subscriber_files import write_subscriber_files
from seeds.operator.serve.usage_files import write_usage_files

WRITERS = {
    "bank": write_bank_files,
    "crm_fixed": write_crm_fixed_files,
    "general_ledger": write_general_ledger_files,
    "partners": write_partner_files,
    "performance": write_performance_files,
    "record_counts": write_record_count_files,
    "roaming": write_roaming_files,
    "subscribers": write_subscriber_files,
    "usage": write_usage_files,
}
_MARK = ".written.json"
_DATE = re.compile(r"(?<=[_C])\d{8}(?=[_.])")


def write_files(operator: Path, seed: int = 42, faults: bool = True) -> dict[str, int]:
    """Write ``<operator>/files/<system>/*`` unless the same files are there already; files per system.

    With ``faults``, spoils what interface_faults.py says and writes it to ``<operator>/ledger.parquet``. The folder is
    swapped in whole, so that a crash leaves the previous one.
    """
    folder = operator / "files"
    mark = {"sources": _fingerprint(operator / "systems"), "seed": seed, "faults": faults}
    if (folder / _MARK).exists():
        written = json.loads((folder / _MARK).read_text(encoding="utf-8"))
        if written["mark"] == mark:
            return written["files"]
    scratch = operator / "files.new"
    shutil.rmtree(scratch, ignore_errors=True)
    for system, write in WRITERS.items():
        write(operator / "systems", scratch / system)
    if faults:
        write_to_ledger(operator / "ledger.parquet", plant(scratch, seed))
    _date_files(scratch)
    counts = {system: len(list((scratch / system).iterdir())) for system in WRITERS}
    (scratch / _MARK).write_text(json.dumps({"mark": mark, "files": counts}), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    scratch.rename(folder)
    return counts


def _date_files(folder: Path) -> None:
    """Give each file the time of change that its date suggests: the latest came an hour ago, others days before it."""
    found = ((file, _DATE.search(file.name)) for file in folder.glob("*/*"))
    dated = {file: datetime.strptime(match[0], "%Y%m%d") for file, match in found if match}
    latest, now = max(dated.values(), default=None), time.time()
    for file, date in dated.items():
        moment = now - 3600 - (latest - date).total_seconds()
        os.utime(file, (moment, moment))


def _fingerprint(systems: Path) -> str:
    """Changes when a Parquet file or the code that writes files does."""
    digest = hashlib.sha256()
    for file in sorted(path for system in WRITERS for path in (systems / system).glob("*.parquet")):
        status = file.stat()
        digest.update(f"{file.parent.name}/{file.name}:{status.st_size}:{status.st_mtime_ns}\n".encode())
    for code in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(code.read_bytes())
    return digest.hexdigest()
