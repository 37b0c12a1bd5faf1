"""Measurement files of the element managers: XML as in 3GPP TS 32.435, gzip, named as in TS 32.432."""

from __future__ import annotations

import gzip
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

import polars as pl

ZONE = ZoneInfo("Europe/Berlin")
NAMESPACE = "http://www.3gpp.org/ftp/specs/archive/32_series/32.435#measCollec"
# Halma's files qualify every name.
PREFIXES = {"Halma": "mc:"}
# Ostermann's files list the values of an object in one element.
LISTING = {"Ostermann"}


def write_performance_files(systems: Path, folder: Path) -> list[Path]:
    """Write one file per manager and interval of ``systems/performance/measurement.parquet``; returns them."""
    folder.mkdir(parents=True, exist_ok=True)
    parquet = systems / "performance" / "measurement.parquet"
    if not parquet.exists():
        return []
    written = []
    frame = pl.read_parquet(parquet)
    for (manager, begin, end), rows in frame.group_by("element_manager", "begin_at", "end_at", maintain_order=True):
        file = folder / file_name(str(manager), begin, end)
        file.write_bytes(compress(document(rows)))
        written.append(file)
    return written


def file_name(manager: str, begin: datetime, end: datetime, copy: int | None = None) -> str:
    """``C20260930.0000+0200-0100+0200_NMS-RAN-1.xml.gz``: several elements, one interval; local times with offset."""
    start, stop = begin.astimezone(ZONE), end.astimezone(ZONE)
    suffix = f"_-_{copy}" if copy else ""
    return f"C{start:%Y%m%d.%H%M%z}-{stop:%H%M%z}_{manager}{suffix}.xml.gz"


def compress(content: bytes) -> bytes:
    """gzip without a time stamp, so that the same content is the same file."""
    return gzip.compress(content, compresslevel=4, mtime=0)


def document(rows: pl.DataFrame) -> bytes:
    """The file of one manager and interval: a measData per managed element, a measInfo per group of its counters."""
    first = rows.row(0, named=True)
    prefix = PREFIXES.get(first["vendor_name"], "")
    begin, end = (_moment(first[name]) for name in ("begin_at", "end_at"))
    seconds = round((first["end_at"] - first["begin_at"]).total_seconds())
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        f'<{prefix}measCollecFile xmlns{":" + prefix[:-1] if prefix else ""}="{NAMESPACE}">\n',
        f'<{prefix}fileHeader fileFormatVersion="32.435 V17.0" vendorName={quoteattr(first["vendor_name"])} '
        f"dnPrefix={quoteattr(first['dn_prefix'])}>\n",
        f'<{prefix}fileSender localDn={quoteattr(first["element_manager"])} elementType="ElementManager"/>\n',
        f'<{prefix}measCollec beginTime="{begin}"/>\n</{prefix}fileHeader>\n',
    ]
    groups = ["managed_element", "user_label", "measurement_info"]
    element = None
    for (name, label, info), objects in rows.group_by(groups, maintain_order=True):
        if name != element:
            parts.append(f"</{prefix}measData>\n" if element is not None else "")
            label_text = f" userLabel={quoteattr(str(label))}" if label else ""
            parts.append(f"<{prefix}measData>\n<{prefix}managedElement localDn={quoteattr(str(name))}{label_text}/>\n")
            element = name
        counters = objects["counters"][0].to_list()
        parts.append(
            f"<{prefix}measInfo measInfoId={quoteattr(str(info))}>\n"
            f'<{prefix}granPeriod duration="PT{seconds}S" endTime="{end}"/>\n'
        )
        is_listing = first["vendor_name"] in LISTING
        parts += _types(prefix, counters, is_listing)
        for measured, values, suspect in objects.select("measured_object", "values", "is_suspect").iter_rows():
            parts.append(f"<{prefix}measValue measObjLdn={quoteattr(measured)}>")
            parts += _results(prefix, values, is_listing)
            parts.append(f"<{prefix}suspect>true</{prefix}suspect>" if suspect else "")
            parts.append(f"</{prefix}measValue>\n")
        parts.append(f"</{prefix}measInfo>\n")
    parts.append(f"</{prefix}measData>\n" if element is not None else "")
    parts.append(f'<{prefix}fileFooter><{prefix}measCollec endTime="{end}"/></{prefix}fileFooter>\n')
    parts.append(f"</{prefix}measCollecFile>\n")
    return "".join(parts).encode()


def _types(prefix: str, counters: list[str], is_listing: bool) -> list[str]:
    if is_listing:
        return [f"<{prefix}measTypes>{escape(' '.join(counters))}</{prefix}measTypes>\n"]
    return [
        f'<{prefix}measType p="{place}">{escape(name)}</{prefix}measType>\n'
        for place, name in enumerate(counters, start=1)
    ]


def _results(prefix: str, values: list[str], is_listing: bool) -> list[str]:
    if is_listing:
        return [f"<{prefix}measResults>{escape(' '.join(values))}</{prefix}measResults>"]
    return [f'<{prefix}r p="{place}">{escape(value)}</{prefix}r>' for place, value in enumerate(values, start=1)]


def _moment(instant: datetime) -> str:
    return instant.astimezone(ZONE).isoformat()
