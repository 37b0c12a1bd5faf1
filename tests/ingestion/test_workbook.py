"""Workbooks as accountants leave them: read cell by cell for what it is, or refused for a stated reason."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from concord.settings import Settings
from ingestion.outcomes import LoadOutcome
from ingestion.quarantine import read_quarantine
from ingestion.registry import registry
from tests.ingestion.sources import age, counted_rows, load

NAME = "gl_journal_20260731.xlsx"
HEADINGS = [
    "Belegnummer", "Position", "Belegart", "Buchungsdatum", "Konto", "Kostenstelle", "Soll", "Haben", "Währung",
    "Buchungstext", "Referenz", "Freigabe",
]  # fmt: skip
DEBIT = ["RV1", 1, "RV", date(2026, 7, 11), 140000, None, 119, None, "EUR", "Lauf", "BR-1", None]
CREDIT = ["RV1", 2, "RV", date(2026, 7, 11), "440010", "K1", None, 119, "EUR", "Lauf", "BR-1", None]
TOTAL = ["Summe", None, None, None, None, None, 119, 119]


def write(
    folder: Path, rows: list[list[Any]], change: Callable[[openpyxl.Workbook], None] | None = None, name: str = NAME
) -> Path:
    """A workbook with one sheet of these rows."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if change:
        change(book)
    book.save(folder / name)
    age(folder / name)
    return folder / name


def load_folder(settings: Settings, folder: Path) -> LoadOutcome:
    return load(settings, registry()["general_ledger"], {"folder": str(folder)})


def rows(settings: Settings) -> list[dict]:
    return counted_rows(settings, "general_ledger", "journal_line").sort("document_number", "line_number").to_dicts()


def refused(outcome: LoadOutcome) -> list[str | None]:
    return [file.reason for file in outcome.files if file.status == "refused"]


def varied(**values: Any) -> list[Any]:
    """The credit line with other cells, by heading."""
    return [values.get(heading, cell) for heading, cell in zip(HEADINGS, CREDIT, strict=True)]


def test_each_row_is_a_record_with_its_types(settings: Settings, folder: Path) -> None:
    write(folder, [HEADINGS, DEBIT, CREDIT, TOTAL])
    outcome = load_folder(settings, folder)
    assert (outcome.status, outcome.rows, outcome.quarantined_rows) == ("loaded", 2, 0), outcome.message
    first, second = rows(settings)
    assert (first["document_number"], first["line_number"], first["account"]) == ("RV1", 1, "140000")
    assert (first["debit_amount"], first["credit_amount"]) == (Decimal(119), None)
    assert (second["debit_amount"], second["credit_amount"], second["account"]) == (None, Decimal(119), "440010")
    assert first["posting_date"] == date(2026, 7, 11)
    assert (first["_source_ref"], first["_source_position"]) == (NAME, 2)


@pytest.mark.parametrize(
    ("cells", "column", "value"),
    [
        ({"Haben": "1.119,50", "Soll": "1.000,50"}, "credit_amount", Decimal("1119.50")),
        ({"Haben": "119", "Soll": None}, "credit_amount", Decimal(119)),
        ({"Haben": 119.10000000000001}, "credit_amount", Decimal("119.10")),
        ({"Haben": 0.1 + 0.2}, "credit_amount", Decimal("0.30")),
        ({"Buchungsdatum": 46214}, "posting_date", date(2026, 7, 11)),
        ({"Buchungsdatum": "11.07.2026"}, "posting_date", date(2026, 7, 11)),
        ({"Belegnummer": 1900007}, "document_number", "1900007"),
        ({"Belegnummer": "0007"}, "document_number", "0007"),
        ({"Position": 2.0}, "line_number", 2),
        ({"Buchungstext": " a\tb\nc "}, "line_text", "a b c"),
    ],
)
def test_cells_are_read_for_what_they_are(
    settings: Settings, folder: Path, cells: dict[str, Any], column: str, value: Any
) -> None:
    write(folder, [HEADINGS, varied(**cells), ["Summe"]])
    outcome = load_folder(settings, folder)
    assert (outcome.rows, outcome.quarantined_rows) == (1, 0), outcome.message
    assert rows(settings)[0][column] == value


def test_the_other_calendar_of_old_workbooks(settings: Settings, folder: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904

    write(folder, [HEADINGS, varied(Buchungsdatum=46214 - 1462), ["Summe"]], change)
    load_folder(settings, folder)
    assert rows(settings)[0]["posting_date"] == date(2026, 7, 11)


def test_titles_merged_headings_and_hidden_sheets_are_no_trouble(settings: Settings, folder: Path) -> None:
    money = ("Soll", "Haben")
    upper = ["Betrag" if heading == "Soll" else None if heading == "Haben" else heading for heading in HEADINGS]
    lower = [heading if heading in money else None for heading in HEADINGS]

    def change(book: openpyxl.Workbook) -> None:
        sheet = book.active
        for place, heading in enumerate(HEADINGS, start=1):
            if heading not in money:
                sheet.merge_cells(start_row=3, end_row=4, start_column=place, end_column=place)
        sheet.merge_cells("G3:H3")
        hidden = book.create_sheet("alt", 0)
        hidden.append(HEADINGS)
        hidden.append(CREDIT)
        hidden.sheet_state = "hidden"
        book.create_sheet("Notizen").append(["Konto", "Bemerkung"])

    write(folder, [["Journal 07/2026"], [None], upper, lower, DEBIT, [None], CREDIT, TOTAL], change)
    outcome = load_folder(settings, folder)
    assert (outcome.status, outcome.rows) == ("loaded", 2), outcome.message
    assert [row["_source_position"] for row in rows(settings)] == [5, 7]


def test_a_formula_counts_with_its_saved_value_and_not_without(settings: Settings, folder: Path) -> None:
    path = folder / NAME
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([HEADINGS, *[CREDIT] * 4], start=0):
            sheet.write_row(number, 0, ["11.07.2026" if isinstance(cell, date) else cell for cell in row])
            if number:
                sheet.write_number(number, 1, number)
        sheet.write_formula(1, 7, "=100+19", None, 119)
        sheet.write_formula(2, 7, "=100+19", None, "")
        sheet.write_formula(3, 7, "=1/0", None, "#DIV/0!")
        sheet.write_row(5, 0, ["Summe"])
    age(path)
    outcome = load_folder(settings, folder)
    assert (outcome.rows, outcome.quarantined_rows) == (2, 2), outcome.message
    assert [row["credit_amount"] for row in rows(settings)] == [Decimal(119), Decimal(119)]
    assert sorted(read_quarantine(settings)["reason"]) == ["cell_error", "uncalculated_formula"]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"Haben": "n/a"}, "bad_value"),
        ({"Haben": 1.005}, "bad_value"),
        ({"Buchungsdatum": "31.06.2026"}, "bad_value"),
        ({"Buchungsdatum": -5}, "bad_value"),
        ({"Konto": None}, "missing_value"),
        ({"Buchungstext": "x" * 5_000}, "too_long"),
    ],
)
def test_what_cannot_be_read_goes_to_quarantine_and_the_rest_lands(
    settings: Settings, folder: Path, cells: dict[str, Any], reason: str
) -> None:
    good = [varied(Position=number) for number in range(1, 4)]
    write(folder, [HEADINGS, *good, varied(Position=4, **cells), ["Summe"]])
    outcome = load_folder(settings, folder)
    assert (outcome.rows, outcome.quarantined_rows) == (3, 1), outcome.message
    assert read_quarantine(settings)["reason"].to_list() == [reason]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([HEADINGS[:-1], CREDIT[:-1], ["Summe"]], "missing_column"),
        ([["nothing"]], "missing_column"),
        ([HEADINGS, DEBIT, CREDIT], "missing_trailer"),
        ([HEADINGS, DEBIT, CREDIT, [*TOTAL[:6], 119, 120]], "trailer_mismatch"),
    ],
)
def test_a_sheet_that_is_not_whole_is_refused(
    settings: Settings, folder: Path, lines: list[list[Any]], reason: str
) -> None:
    write(folder, lines)
    assert refused(load_folder(settings, folder)) == [reason]


def test_two_sheets_with_the_headings_are_one_too_many(settings: Settings, folder: Path) -> None:
    write(folder, [HEADINGS, CREDIT, ["Summe"]], lambda book: book.create_sheet("Kopie").append(HEADINGS))
    (file,) = load_folder(settings, folder).files
    assert file.reason == "ambiguous_sheet" and "Kopie" in file.detail


@pytest.mark.parametrize("kind", ["text", "old_format", "empty", "cut", "other_archive", "entities"])
def test_what_is_no_workbook_is_refused(settings: Settings, folder: Path, kind: str) -> None:
    whole = write(folder, [HEADINGS, CREDIT, ["Summe"]]).read_bytes()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        if kind == "other_archive":
            target.writestr("readme.txt", "hello")
        else:
            with zipfile.ZipFile(io.BytesIO(whole)) as source:
                for part in source.namelist():
                    text = source.read(part)
                    if part.endswith("sheet1.xml"):
                        text = b'<!DOCTYPE x [<!ENTITY a "b">]>' + text
                    target.writestr(part, text)
    content = {
        "text": b"Belegnummer;Position",
        "old_format": bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600,
        "empty": b"",
        "cut": whole[:-200],
    }.get(kind, archive.getvalue())
    (folder / NAME).write_bytes(content)
    age(folder / NAME)
    expected = {"empty": "empty_file", "entities": "forbidden_markup"}.get(kind, "no_workbook")
    assert refused(load_folder(settings, folder)) == [expected]


def test_a_bomb_is_not_unpacked(settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.connectors.workbook._MOST_UNPACKED", 1_000)
    write(folder, [HEADINGS, CREDIT, ["Summe"]])
    assert refused(load_folder(settings, folder)) == ["too_long"]
