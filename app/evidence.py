"""The evidence pack of a case: what somebody outside needs to check it, in one zip whose files are hashed.

The same case at the same version and snapshot gives the same bytes.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tempfile
import zipfile
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import streamlit as st
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from app import context
from app.text import EVENTS
from cases.state import Case, Event
from concord.errors import ConcordError
from reporting.finding import FindingExplanation, has_arithmetic, read_finding
from reporting.finding_page import write_finding_pages
from reporting.page import page_templates

_AMOUNTS = ("exposure_amount", "confirmed_amount", "recoverable_amount", "recovered_amount", "prevented_amount")
# What a spreadsheet program would take for a formula.
_ACTIVE = ("=", "+", "-", "@", "\t", "\r")


@st.cache_data(max_entries=50, show_spinner="Calculating the finding anew")
def explanation(snapshot: int, case_id: str) -> FindingExplanation | None:
    """The finding's arithmetic, executed again; None when the publication has none or doesn't know the finding."""
    if not has_arithmetic(context.lake()):
        return None
    try:
        return read_finding(context.settings(), case_id, snapshot)
    except ConcordError:
        return None


@st.cache_data(max_entries=20, show_spinner="Packing")
def pack(snapshot: int, case_id: str, version: int) -> bytes:
    """The zip for a case at one version."""
    history = [event for event in context.book().history(case_id) if event.version <= version]
    return build_pack(context.book().case(case_id), history, explanation(snapshot, case_id), snapshot)


def build_pack(case: Case, history: list[Event], found: FindingExplanation | None, snapshot: int) -> bytes:
    """The zip's bytes: workbook, rows, explanation (when there is one), case with history, and the manifest."""
    files = {
        "case.json": _json({"case": asdict(case), "history": [asdict(event) for event in history]}),
        "evidence.xlsx": _workbook(case, history, found),
    }
    if found is not None:
        files |= {
            "rows.csv": _rows(found),
            "explanation.json": found.as_json().encode(),
            "explanation.html": _page(found),
        }
    manifest = {
        "case_id": case.case_id,
        "version": case.version,
        "lake_snapshot": snapshot,
        "hash": "sha256",
        "files": [
            {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in sorted(files.items())
        ],
    }
    files["manifest.json"] = _json(manifest)
    moment = (case.last_event_at or datetime(2000, 1, 1)).timetuple()[:6]
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, moment), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False, default=_plain).encode()


def _plain(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in an evidence pack")


def _rows(found: FindingExplanation) -> bytes:
    """The landed rows as CSV; a cell that a spreadsheet would execute gets an apostrophe before it."""
    target = io.StringIO()
    writer = csv.writer(target, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(["system", "entity", "key", "source", "line_or_page", "load_id", "row_hash", "content"])
    for row in found.rows:
        content = json.dumps(row.values, ensure_ascii=False, sort_keys=True, default=str)
        cells = (
            row.system,
            row.entity,
            row.key,
            row.source_ref,
            row.source_position,
            row.load_id,
            row.row_hash,
            content,
        )
        texts = ["" if cell is None else str(cell) for cell in cells]
        writer.writerow([f"'{text}" if text.startswith(_ACTIVE) else text for text in texts])
    return target.getvalue().encode()


def _page(found: FindingExplanation) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        write_finding_pages(page_templates(), [found], Path(folder), back="case.json")
        return (Path(folder) / f"{found.finding['finding_id']}.html").read_bytes()


def _workbook(case: Case, history: list[Event], found: FindingExplanation | None) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": f"Evidence {case.case_id}", "created": (case.last_event_at or datetime(2000, 1, 1))})
    formats = _Formats(book)
    steps_total = _steps_sheet(book, formats, case, found)
    _case_sheet(book, formats, case, steps_total)
    _history_sheet(book, formats, history)
    book.worksheets_objs.sort(key=lambda sheet: ["Case", "Steps", "History"].index(sheet.get_name()))
    book.close()
    return target.getvalue()


class _Formats:
    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.title: Format = book.add_format({"bold": True, "font_size": 14})
        self.head: Format = book.add_format({"bold": True, "bottom": 1})
        self.money: Format = book.add_format({"num_format": "#,##0.00"})
        self.fine: Format = book.add_format({"num_format": "#,##0.000000"})
        self.total: Format = book.add_format({"bold": True, "num_format": "#,##0.00", "top": 1})
        self.bold: Format = book.add_format({"bold": True})
        self.wrap: Format = book.add_format({"text_wrap": True, "valign": "top"})


def _case_sheet(book: xlsxwriter.Workbook, formats: _Formats, case: Case, steps_total: str | None) -> None:
    sheet = book.add_worksheet("Case")
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 44)
    sheet.write_string(0, 0, f"Case {case.case_id}", formats.title)
    facts = {
        "Version": str(case.version),
        "Control": case.control_id,
        "Direction": case.direction,
        "Status": case.status.value,
        "Owner": case.owner or "",
        "Due": case.due_date.isoformat() if case.due_date else "",
        "Period": f"{case.period_start} to {case.period_end}",
        "Root cause": f"{case.root_cause_type or 'unknown'}: {case.root_cause_key or 'unknown'}",
        "Waits for": f"{case.pending_step.value}, proposed by {case.pending_by}" if case.pending_step else "",
        "Currency": case.currency_code,
    }
    row = 2
    for name, value in facts.items():
        sheet.write_string(row, 0, name)
        sheet.write_string(row, 1, value)
        row += 1
    row += 1
    places: dict[str, str] = {}
    for name in _AMOUNTS:
        sheet.write_string(row, 0, name.removesuffix("_amount").capitalize())
        amount = getattr(case, name)
        if amount is not None:
            sheet.write_number(row, 1, amount, formats.money)
        places[name] = f"B{row + 1}"
        row += 1
    recovered, recoverable = places["recovered_amount"], places["recoverable_amount"]
    sheet.write_string(row, 0, "Still to recover", formats.bold)
    rest = (case.recoverable_amount or Decimal(0)) - (case.recovered_amount or Decimal(0))
    sheet.write_formula(row, 1, f"=N({recoverable})-N({recovered})", formats.total, rest)
    if steps_total is not None:
        exposure = places["exposure_amount"]
        sheet.write_string(row + 1, 0, "Steps against exposure", formats.bold)
        sheet.write_formula(row + 1, 1, f"=ROUND({steps_total}-{exposure},2)", formats.total, Decimal(0))


def _steps_sheet(
    book: xlsxwriter.Workbook, formats: _Formats, case: Case, found: FindingExplanation | None
) -> str | None:
    """The arithmetic, its sum a formula; the address of the sum, or None when there is no arithmetic."""
    if found is None or not found.steps:
        return None
    sheet = book.add_worksheet("Steps")
    sheet.write_string(0, 0, f"{found.finding['control_name']}, in {case.currency_code}", formats.title)
    _head(sheet, formats, 2, (("Step", 6), ("What", 40), ("Formula", 60), ("Figures", 60), ("Gives", 16)))
    for position, step in enumerate(found.steps):
        row = 3 + position
        sheet.write_number(row, 0, step.number)
        sheet.write_string(row, 1, step.step_key)
        sheet.write_string(row, 2, step.formula)
        sheet.write_string(row, 3, ", ".join(f"{name} = {value:f}" for name, value in step.factors.items()))
        sheet.write_number(row, 4, step.executed, formats.fine)
    last = 3 + len(found.steps)
    sheet.write_string(last, 1, "Sum, rounded to cents", formats.bold)
    sheet.write_formula(last, 4, f"=ROUND(SUM(E4:E{last}),2)", formats.total, found.executed_amount)
    sheet.freeze_panes(3, 0)
    return f"Steps!E{last + 1}"


def _history_sheet(book: xlsxwriter.Workbook, formats: _Formats, history: list[Event]) -> None:
    sheet = book.add_worksheet("History")
    columns = (("Version", 8), ("When (UTC)", 20), ("Who", 24), ("What", 18), ("Why", 60), ("Details", 80))
    _head(sheet, formats, 0, columns)
    for row, event in enumerate(history, start=1):
        sheet.write_number(row, 0, event.version)
        sheet.write_string(row, 1, f"{event.recorded_at:%Y-%m-%d %H:%M:%S}")
        sheet.write_string(row, 2, event.actor)
        sheet.write_string(row, 3, EVENTS[event.event_type.value])
        sheet.write_string(row, 4, event.reason or "", formats.wrap)
        details = ", ".join(f"{name}: {value}" for name, value in sorted(event.details.items()) if value is not None)
        sheet.write_string(row, 5, details, formats.wrap)
    sheet.freeze_panes(1, 0)


def _head(sheet: Worksheet, formats: _Formats, row: int, columns: tuple[tuple[str, int], ...]) -> None:
    for place, (name, width) in enumerate(columns):
        sheet.set_column(place, place, width)
        sheet.write_string(row, place, name, formats.head)
