"""What goes wrong between a source and its reader: files sent twice, late, broken off or with rows that aren't.

None of it takes a true record away: what is broken has a whole copy beside it, bad rows come on top of the good
ones. Each is written to the ledger as kind ``interface``.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl

from seeds.operator.serve import performance_files, subscriber_files, usage_files

PREFIX = "IF-"
LEDGER_SCHEMA = {
    "fault_id": pl.String,
    "kind": pl.String,
    "control_id": pl.String,
    "fault_type": pl.String,
    "direction": pl.String,
    "subject": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "amount": pl.Decimal(18, 2),
    "currency_code": pl.String,
    "description": pl.String,
}
_EVENT_FILE = re.compile(r"med_(?P<stream>[a-z]+)_(?P<date>\d{8})_(?P<sequence>\d{6})\.csv\.gz")


@dataclass(frozen=True)
class InterfaceFault:
    """One thing that went wrong with one file."""

    fault_type: str
    entity: str  # "<system>.<entity>"
    file: str
    file_date: date
    description: str


@dataclass(frozen=True)
class _UsageFile:
    path: Path
    stream: str
    file_date: date
    sequence: int

    def sent_later(self, days: int) -> tuple[Path, str]:
        """Path and creation time of a file with this sequence that mediation sends some days later."""
        later = self.file_date + timedelta(days=days)
        name = usage_files.file_name("med", self.stream, later, self.sequence)
        return self.path.with_name(name), usage_files.created_at(later)


def plant(files: Path, seed: int) -> list[InterfaceFault]:
    """Spoil the files below ``files`` (usage/, subscribers/, performance/, roaming/) and say what was done.

    Which files are hit depends on the seed alone. Does what the files at hand allow: five usage files, one dump
    of the subscriber register and three measurement files for everything.
    """
    chosen = _choose(files / "usage", seed)
    spoilers = (_resend_identical, _resend_regenerated, _send_late, _add_bad_rows, _copy_with_broken_trailer)
    faults = [spoil(file) for spoil, file in zip(spoilers, chosen, strict=False)]
    dumps = sorted((files / "subscribers").glob("hlr_*.dat.gz"))
    if dumps:
        faults.append(_break_off_dump(dumps[0]))
    measurements = sorted((files / "performance").glob("C*.xml.gz"))
    hit = random.Random(seed).sample(measurements, min(3, len(measurements)))
    spoilers_of_measurements = (_break_off_measurement, _resend_measurement, _add_bad_measurements)
    faults += [spoil(file) for spoil, file in zip(spoilers_of_measurements, hit, strict=False)]
    batches = sorted((files / "roaming").glob("CD*"))
    if batches:
        faults.append(_resend_roaming(batches[len(batches) // 2]))
    return faults


def write_to_ledger(ledger: Path, faults: list[InterfaceFault]) -> None:
    """Put the faults in place of the ledger's earlier interface faults; a missing ledger is begun."""
    rows = [
        {
            "fault_id": f"{PREFIX}{number:04d}",
            "kind": "interface",
            "fault_type": fault.fault_type,
            "subject": json.dumps({fault.entity: fault.file}),
            "period_start": fault.file_date,
            "period_end": fault.file_date + timedelta(days=1),
            "description": fault.description,
        }
        for number, fault in enumerate(faults, start=1)
    ]
    planted = pl.DataFrame(rows, schema=LEDGER_SCHEMA)
    if ledger.exists():
        before = pl.read_parquet(ledger).filter(~pl.col("fault_id").cast(pl.String).str.starts_with(PREFIX))
        planted = planted.select(pl.col(name).cast(kind) for name, kind in before.schema.items() if name in planted)
        planted = pl.concat([before, planted], how="diagonal")
    half_written = ledger.with_name(f"{ledger.name}.new")
    planted.write_parquet(half_written)
    half_written.replace(ledger)


def _choose(folder: Path, seed: int) -> list[_UsageFile]:
    """Five different files with records, in the order of a seeded draw."""
    found = []
    for path in sorted(folder.glob("med_*.csv.gz")):
        parts = _EVENT_FILE.fullmatch(path.name)
        if parts:
            file_date = datetime.strptime(parts["date"], "%Y%m%d").date()
            found.append(_UsageFile(path, parts["stream"], file_date, int(parts["sequence"])))
    # Neither the first nor the last days: what comes late or twice must have neighbours on both sides.
    days = sorted({file.file_date for file in found})
    middle = set(days[5:-10]) or set(days)
    candidates = [file for file in found if file.file_date in middle]
    return random.Random(seed).sample(candidates, min(5, len(candidates)))


def _lines(file: Path) -> list[bytes]:
    return gzip.decompress(file.read_bytes()).splitlines()


def _write(file: Path, lines: list[bytes]) -> None:
    file.write_bytes(usage_files.compress(b"\n".join(lines) + b"\n"))


def _with_creation_time(lines: list[bytes], created: str) -> list[bytes]:
    header = lines[0].split(b";")
    return [b";".join([*header[:3], created.encode()]), *lines[1:]]


def _resend_identical(file: _UsageFile) -> InterfaceFault:
    copy, _ = file.sent_later(1)
    copy.write_bytes(file.path.read_bytes())
    return InterfaceFault(
        "usage_file_resent", "usage.usage_event", copy.name, file.file_date,
        f"the bytes of {file.path.name} sent a second time under another name",
    )  # fmt: skip


def _resend_regenerated(file: _UsageFile) -> InterfaceFault:
    copy, created = file.sent_later(2)
    _write(copy, _with_creation_time(_lines(file.path), created))
    return InterfaceFault(
        "usage_file_regenerated", "usage.usage_event", copy.name, file.file_date,
        f"the records of {file.path.name} made again later: same file sequence, another creation time",
    )  # fmt: skip


def _send_late(file: _UsageFile) -> InterfaceFault:
    late, created = file.sent_later(3)
    _write(late, _with_creation_time(_lines(file.path), created))
    file.path.unlink()
    return InterfaceFault(
        "usage_file_late", "usage.usage_event", late.name, file.file_date,
        f"file sequence {file.sequence} of {file.stream} came three days after its turn; it is the only copy",
    )  # fmt: skip


def _add_bad_rows(file: _UsageFile) -> InterfaceFault:
    lines = _lines(file.path)
    names = lines[1].decode().split(";")
    good = lines[2:-1]
    pattern = dict(zip(names, ["D", *[""] * len(names)], strict=False)) | {
        "usage_type": file.stream,
        "served_number": "490000000000",
        "zone": "national",
        "started_at": f"{file.file_date:%Y-%m-%d}T12:00:00+02:00",
        "duration_seconds": "0",
        "uplink_bytes": "0",
        "downlink_bytes": "0",
    }
    bad = [
        pattern | {"duration_seconds": "1O"},  # the letter O
        pattern | {"started_at": f"{file.file_date:%Y-%m}-32T12:00:00+02:00"},
        pattern,
    ]
    bad = [record | {"record_sequence": str(len(good) + number)} for number, record in enumerate(bad, start=1)]
    records = [";".join(record[name] for name in names) for record in bad]
    records[2] = records[2].rsplit(";", 1)[0]  # one column less
    trailer = lines[-1].split(b";")
    trailer[1] = str(len(good) + len(records)).encode()
    _write(file.path, [*lines[:2], *good, *(record.encode() for record in records), b";".join(trailer)])
    return InterfaceFault(
        "usage_bad_rows", "usage.usage_event", file.path.name, file.file_date,
        "three records on top of the good ones: a letter in a number, a day that doesn't exist, a missing column",
    )  # fmt: skip


def _copy_with_broken_trailer(file: _UsageFile) -> InterfaceFault:
    copy, created = file.sent_later(1)
    lines = _with_creation_time(_lines(file.path), created)
    trailer = lines[-1].split(b";")
    trailer[1] = str(int(trailer[1]) + 7).encode()
    _write(copy, [*lines[:-1], b";".join(trailer)])
    return InterfaceFault(
        "usage_trailer_broken", "usage.usage_event", copy.name, file.file_date,
        f"a copy of {file.path.name} whose trailer counts seven records more than there are",
    )  # fmt: skip


def _break_off_dump(first: Path) -> InterfaceFault:
    """A dump of the day before the first one that ends in the middle."""
    first_date = datetime.strptime(first.name[4:12], "%Y%m%d").date()
    file_date = first_date - timedelta(days=1)
    lines = _lines(first)
    header = f"H{file_date:%Y%m%d}{subscriber_files.DUMP_TIME}{subscriber_files.NODE:<8}".encode()
    whole = usage_files.compress(b"\n".join([header, *lines[1:]]) + b"\n")
    broken = first.with_name(f"hlr_{file_date:%Y%m%d}.dat.gz")
    broken.write_bytes(whole[: len(whole) * 6 // 10])
    return InterfaceFault(
        "subscriber_dump_truncated", "subscribers.subscriber", broken.name, file_date,
        f"the transfer broke off after six tenths; the next dump, {first.name}, is whole",
    )  # fmt: skip


def _measurement_date(file: Path) -> date:
    return datetime.strptime(file.name[1:9], "%Y%m%d").date()


def _break_off_measurement(file: Path) -> InterfaceFault:
    broken = file.with_name(file.name.replace(".xml.gz", "_-_1.xml.gz"))
    whole = file.read_bytes()
    broken.write_bytes(whole[: len(whole) * 6 // 10])
    return InterfaceFault(
        "measurement_file_truncated", "performance.measurement", broken.name, _measurement_date(file),
        f"the transfer broke off after six tenths; {file.name} is whole",
    )  # fmt: skip


def _resend_measurement(file: Path) -> InterfaceFault:
    copy = file.with_name(file.name.replace(".xml.gz", "_-_2.xml.gz"))
    copy.write_bytes(file.read_bytes())
    return InterfaceFault(
        "measurement_file_resent", "performance.measurement", copy.name, _measurement_date(file),
        f"the bytes of {file.name} sent a second time under another name",
    )  # fmt: skip


def _add_bad_measurements(file: Path) -> InterfaceFault:
    """On top of the good ones: a value that is no number, and one whose counter the file doesn't declare."""
    text = gzip.decompress(file.read_bytes()).decode()
    prefix = "mc:" if "<mc:" in text else ""
    group = (
        f'<{prefix}measType p="1">Test.Counter</{prefix}measType>'
        f'<{prefix}measValue measObjLdn="Test=1"><{prefix}r p="1">n/a</{prefix}r><{prefix}r p="7">1</{prefix}r>'
        f"</{prefix}measValue></{prefix}measInfo>"
    )
    # The last group of counters, once more with its interval and nothing else of it.
    start = text.rindex(f"<{prefix}measInfo ")
    period = text[start : text.index("/>", text.index("granPeriod", start)) + 2]
    end = text.rindex(f"</{prefix}measInfo>") + len(f"</{prefix}measInfo>")
    file.write_bytes(performance_files.compress((text[:end] + period + group + text[end:]).encode()))
    return InterfaceFault(
        "measurement_bad_values", "performance.measurement", file.name, _measurement_date(file),
        "two values on top of the good ones: one that is no number, one of an undeclared counter",
    )  # fmt: skip


def _resend_roaming(batch: Path) -> InterfaceFault:
    copy = batch.with_name(f"{batch.name}.again")
    content = batch.read_bytes()
    copy.write_bytes(content)
    created = re.search(rb"20\d{12}", content)
    assert created, "a batch tells when it was made"
    file_date = datetime.strptime(created[0][:8].decode(), "%Y%m%d").date()
    return InterfaceFault(
        "roaming_file_resent", "roaming.call_event", copy.name, file_date,
        f"the bytes of {batch.name} sent a second time: the same file sequence",
    )  # fmt: skip
