"""The evidence pack without a browser: complete, the same each time, and harmless to open."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest

from app.evidence import build_pack
from app.text import column_money, money, plain
from cases.state import Case, Event, EventType, fold
from reporting.finding import FindingExplanation, Step
from reporting.source_rows import SourceRow
from tests.cases.books import START, opening

AT = datetime(2026, 10, 2, 9, 0, tzinfo=UTC)


def case_with_history() -> tuple[Case, list[Event]]:
    opened = Event("f1", 1, EventType.opened, "concord", START, None, opening(exposure_amount="10.01").details)
    said = Event("f1", 2, EventType.commented, "=Ada()", AT, "=1+1", {})
    return fold([opened, said]), [opened, said]


def explanation(key: str = "K1") -> FindingExplanation:
    finding = {
        "finding_id": "f1",
        "control_id": "O1",
        "control_name": "Provisioned, not billed",
        "rule_version": 1,
        "amount_rule": "price × days",
        "model_name": "leak_o1",
        "direction": "under",
        "status": "open",
        "customer_id": "c1",
        "customer_name": "=1+1",
        "account_id_billing": "A1",
        "service_number": "49301",
        "period_start": date(2026, 7, 1),
        "period_end": date(2026, 8, 1),
        "amount": Decimal("10.01"),
        "currency_code": "EUR",
        "is_estimate": False,
        "root_cause_type": "tariff",
        "root_cause_key": "T1",
        "source_keys": '{"crm.product": "P1"}',
        "evidence": '{"days": 3}',
        "first_seen_at": datetime(2026, 10, 1, 8),
        "last_seen_at": datetime(2026, 10, 1, 8),
    }
    steps = [
        Step(
            1,
            "a",
            "price * days",
            {"price": Decimal("3.335"), "days": Decimal(3)},
            (),
            Decimal("10.005"),
            Decimal("10.005"),
        ),
    ]
    row = SourceRow("crm", "product", key, "L1", AT, "/product", 7, "abc", {"name": "x"})
    return FindingExplanation(snapshot_id=3, finding=finding, steps=steps, rows=[row])


def files(pack: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_manifest_knows_every_file() -> None:
    case, history = case_with_history()
    found = files(build_pack(case, history, explanation(), 3))
    manifest = json.loads(found.pop("manifest.json"))
    assert (manifest["case_id"], manifest["version"], manifest["lake_snapshot"]) == ("f1", 2, 3)
    assert {file["name"]: file["sha256"] for file in manifest["files"]} == {
        name: hashlib.sha256(content).hexdigest() for name, content in found.items()
    }
    content = json.loads(found["case.json"])
    assert content["case"]["exposure_amount"] == "10.01"
    assert [event["actor"] for event in content["history"]] == ["concord", "=Ada()"]


def test_the_same_case_gives_the_same_bytes() -> None:
    case, history = case_with_history()
    assert build_pack(case, history, explanation(), 3) == build_pack(case, history, explanation(), 3)
    assert build_pack(case, history, explanation(), 3) != build_pack(case, history, explanation("K2"), 3)


def test_totals_are_formulas_and_texts_are_not() -> None:
    case, history = case_with_history()
    case = replace(case, recoverable_amount=Decimal("10.01"), recovered_amount=Decimal("4.00"))
    book = openpyxl.load_workbook(io.BytesIO(files(build_pack(case, history, explanation(), 3))["evidence.xlsx"]))
    formulas = {
        f"{sheet.title}!{cell.coordinate}": cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }
    assert formulas == {
        "Case!B19": "=N(B16)-N(B17)",
        "Case!B20": "=ROUND(Steps!E5-B14,2)",
        "Steps!E5": "=ROUND(SUM(E4:E4),2)",
    }
    assert [cell.value for cell in book["Case"]["B"][13:18]] == [10.01, None, 10.01, 4, None]
    assert book["History"]["C3"].value == "=Ada()"
    assert book["History"]["C3"].data_type == "s"


@pytest.mark.parametrize("key", ["=cmd|' /C calc'!A0", "+1", "-1", "@x", "\tx"])
def test_no_cell_of_the_rows_is_executed(key: str) -> None:
    case, history = case_with_history()
    rows = list(csv.DictReader(io.StringIO(files(build_pack(case, history, explanation(key), 3))["rows.csv"].decode())))
    assert rows[0]["key"] == f"'{key}"
    assert rows[0]["line_or_page"] == "7"


def test_a_case_without_arithmetic_has_a_pack_too() -> None:
    case, history = case_with_history()
    found = files(build_pack(case, history, None, 3))
    assert set(found) == {"case.json", "evidence.xlsx", "manifest.json"}


def test_columns_of_money_sort_as_numbers_do() -> None:
    amounts = [Decimal(text) for text in ("0.05", "9.99", "10.00", "999.00", "1000.00", "12345.67", "9999999999999.99")]
    texts = [column_money(amount) for amount in amounts]
    assert sorted(texts) == texts
    assert money(Decimal("1234.5"), "EUR") == "1,234.50 EUR"
    assert column_money(None) is None


def test_texts_of_people_are_no_formatting() -> None:
    assert plain("**bold** <b> [x](y) $a$") == r"\*\*bold\*\* \<b\> \[x\]\(y\) \$a\$"
