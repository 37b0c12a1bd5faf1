"""Partner settlement's files: what lands, and what is refused or put aside."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from concord.settings import Settings
from ingestion.outcomes import LoadOutcome
from ingestion.quarantine import read_quarantine
from tests.ingestion.sources import counted_rows, deliver

NAME = "commission_D-1_20260831.csv"
HEAD = "H;commission_D-1_20260831\n" + ";".join(
    (
        "record_type", "statement_number", "statement_date", "line_number", "partner_id", "order_number",
        "product_offering_id", "activation_date", "commission_type", "amount", "currency_code",
    )
)  # fmt: skip


def record(line: int, amount: str = "65.00", order: str = "ORD-1", kind: str = "activation") -> str:
    return f"D;D-1/202608;2026-08-31;{line};D-1;{order};PO-1;2026-08-04;{kind};{amount};EUR"


def statement(*records: str, count: int | None = None) -> str:
    return "\n".join([HEAD, *records, f"T;{len(records) if count is None else count}"]) + "\n"


def take(settings: Settings, folder: Path, text: str, name: str = NAME) -> LoadOutcome:
    return deliver(settings, folder, text, name, "partners", "commission_line")


def test_a_statement_lands_typed(settings: Settings, folder: Path) -> None:
    outcome = take(settings, folder, statement(record(1), record(2, "-32.50", kind="clawback")))
    assert (outcome.status, outcome.rows) == ("loaded", 2)
    row = counted_rows(settings, "partners", "commission_line").sort("line_number").row(1, named=True)
    assert (row["statement_date"], row["activation_date"]) == (date(2026, 8, 31), date(2026, 8, 4))
    assert (row["amount"], row["commission_type"]) == (Decimal("-32.50"), "clawback")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (statement(record(1), record(2)).rsplit("T;", 1)[0], "missing_trailer"),
        (statement(record(1), count=2), "trailer_mismatch"),
        (statement(record(1)).replace(";amount;", ";sum;"), "missing_column"),
        ("", "empty_file"),
    ],
)
def test_a_broken_statement_is_refused(settings: Settings, folder: Path, text: str, reason: str) -> None:
    outcome = take(settings, folder, text)
    assert (outcome.status, outcome.files[0].reason, outcome.rows) == ("refused", reason, 0)


def test_a_bad_line_is_put_aside(settings: Settings, folder: Path) -> None:
    lines = [record(1), record(2, "sixty"), record(3, order=""), record(4), record(5), record(6)]
    assert take(settings, folder, statement(*lines)).quarantined_rows == 2
    assert sorted(read_quarantine(settings)["reason"]) == ["bad_value", "missing_value"]
    assert counted_rows(settings, "partners", "commission_line")["line_number"].sort().to_list() == [1, 4, 5, 6]


def test_a_statement_is_never_replaced(settings: Settings, folder: Path) -> None:
    take(settings, folder, statement(record(1)))
    assert take(settings, folder, statement(record(1, "99.00"))).files[0].reason == "changed_file"
    assert counted_rows(settings, "partners", "commission_line")["amount"].to_list() == [Decimal("65.00")]


def test_an_invoice_and_its_credit_land(settings: Settings, folder: Path) -> None:
    names = (
        "invoice_number;invoice_date;line_number;partner_id;direction;destination;period_start;period_end;calls;minutes"
    )
    text = (
        f"H;interconnect_C-1_20260905\nrecord_type;{names};rate_per_minute;amount;currency_code;line_type\n"
        "D;C-1/E;2026-09-05;1;C-1;outgoing;france;2026-08-01;2026-08-31;12;31.50;0.062000;1.95;EUR;usage\n"
        "D;C-1/E;2026-09-05;2;C-1;outgoing;france;2026-07-01;2026-07-31;0;-2.00;0.062000;-0.12;EUR;credit\n"
        "T;2\n"
    )
    outcome = deliver(settings, folder, text, "interconnect_C-1_20260905.csv", "partners", "interconnect_invoice_line")
    assert (outcome.status, outcome.rows, outcome.quarantined_rows) == ("loaded", 2, 0)
    rows = counted_rows(settings, "partners", "interconnect_invoice_line").sort("line_number")
    assert rows["minutes"].to_list() == [Decimal("31.50"), Decimal("-2.00")]
    assert rows["rate_per_minute"].to_list() == [Decimal("0.062000")] * 2


INVOICE = "supplier_invoice_S-301_20260831.csv"


def invoice(*records: str) -> str:
    columns = (
        "record_type;invoice_number;invoice_date;line_number;partner_id;circuit_reference;product_code;period_start;"
        "period_end;monthly_rate;amount;currency_code;line_type"
    )
    return "\n".join([f"H;{INVOICE[:-4]}", columns, *records, f"T;{len(records)}"]) + "\n"


def test_a_suppliers_invoice_lands_and_what_is_no_line_is_put_aside(settings: Settings, folder: Path) -> None:
    line = "D;S-301/202608;2026-08-31;{};S-301;{};TAL;2026-08-01;2026-08-31;10.79;{};EUR;{}"
    text = invoice(
        line.format(1, "SN-0004711/3", "10.79", "rental"),
        line.format(2, "sn 815/1", "-6.96", "credit"),
        line.format(3, "", "10.79", "rental"),
        line.format(4, "SN-1/1", "ten", "rental"),
    )
    outcome = deliver(settings, folder, text, INVOICE, "partners", "supplier_invoice_line")
    assert (outcome.status, outcome.rows, outcome.quarantined_rows) == ("loaded", 2, 2)
    rows = counted_rows(settings, "partners", "supplier_invoice_line").sort("line_number")
    assert rows["circuit_reference"].to_list() == ["SN-0004711/3", "sn 815/1"]
    assert rows["amount"].to_list() == [Decimal("10.79"), Decimal("-6.96")]


@pytest.mark.parametrize(("entity", "lists"), [("interconnect_invoice_line", "interconnect_rates_20260831.csv"),
                                               ("supplier_invoice_line", "supplier_rates_20260831.csv")])  # fmt: skip
def test_a_list_of_rates_is_no_invoice(settings: Settings, folder: Path, entity: str, lists: str) -> None:
    outcome = deliver(settings, folder, "H;rates\nrecord_type;x\nT;0\n", lists, "partners", entity)
    assert (outcome.status, outcome.rows) == ("unchanged", 0)
