"""Scores of hand-made ledgers and findings, each worked out by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from concord.errors import ConcordError
from concord.settings import Settings
from scoring.document import BEGIN, END, update_document
from scoring.floors import Floors, failures
from scoring.identity import IdentityScore
from scoring.ledger import Found, Planted, parse_keys
from scoring.matching import same_thing
from scoring.output import as_json
from scoring.score import compare

JULY = (date(2026, 7, 1), date(2026, 8, 1))
AUGUST = (date(2026, 8, 1), date(2026, 9, 1))


def fault(
    name: str, amount: str, control="O1", direction="under", period=JULY, kind="fault", **keys: object
) -> Planted:
    return Planted(name, kind, control, "made_up", direction, _keys(keys), *period, Decimal(amount))


def finding(name: str, amount: str, control="O1", direction="under", period=JULY, **keys: object) -> Found:
    return Found(name, control, direction, _keys(keys), *period, Decimal(amount))


def _keys(keys: dict) -> dict:
    return parse_keys(json.dumps({name.replace("__", "."): value for name, value in keys.items()}))


def test_a_perfect_run_scores_one() -> None:
    result = compare(
        [fault("a", "10.00", crm__product="P1"), fault("b", "5.00", "U4", "over", billing__subscription="S1")],
        [finding("x", "10.00", crm__product="P1"), finding("y", "5.00", "U4", "over", billing__subscription="S1")],
    )
    assert [row.control_id for row in result.controls] == ["O1", "U4"]
    for row in [*result.controls, result.overall]:
        assert (row.precision, row.recall, row.money_error, row.signed_error) == (1.0, 1.0, 0.0, 0.0)
    assert not (result.missed or result.false or result.differences)


def test_a_miss_and_a_false_alarm_count_in_full_and_do_not_cancel() -> None:
    result = compare(
        [fault("a", "10.00", crm__product="P1"), fault("b", "30.00", crm__product="P2")],
        [finding("x", "10.00", crm__product="P1"), finding("y", "30.00", crm__product="P3")],
    )
    (row,) = result.controls
    assert (row.precision, row.recall) == (0.5, 0.5)
    assert row.money_error == pytest.approx(60 / 40)
    assert row.signed_error == 0.0
    assert [one.fault_id for one in result.missed] == ["b"]
    assert [one.finding.finding_id for one in result.false] == ["y"]


def test_a_lone_cent_is_money_but_no_fault_and_no_finding() -> None:
    result = compare(
        [
            fault("a", "10.00", crm__product="P1"),
            fault("b", "0.01", crm__product="P2"),
            fault("c", "0.02", crm__product="P4"),
        ],
        [finding("x", "10.00", crm__product="P1"), finding("y", "0.01", crm__product="P3")],
    )
    (row,) = result.controls
    assert (row.faults, row.matched_faults, row.findings, row.matched_findings) == (2, 1, 1, 1)
    assert row.true_amount == Decimal("10.03")
    assert row.money_error == pytest.approx(0.04 / 10.03)
    assert [one.fault_id for one in result.missed] == ["c"]
    assert not result.false


def test_a_wrong_amount_is_an_error_though_the_thing_was_found() -> None:
    result = compare([fault("a", "40.00", crm__product="P1")], [finding("x", "38.00", crm__product="P1")])
    (row,) = result.controls
    assert (row.precision, row.recall) == (1.0, 1.0)
    assert row.money_error == pytest.approx(0.05)
    assert row.signed_error == pytest.approx(-0.05)
    assert result.differences[0].found_amount == Decimal("38.00")


def test_the_same_thing_found_twice_costs_its_amount() -> None:
    result = compare(
        [fault("a", "10.00", crm__product="P1")],
        [finding("x", "10.00", crm__product="P1"), finding("y", "10.00", crm__product="P1")],
    )
    assert result.controls[0].money_error == 1.0


@pytest.mark.parametrize(
    "other",
    [
        finding("x", "10.00", "O7", crm__product="P1"),
        finding("x", "10.00", direction="over", crm__product="P1"),
        finding("x", "10.00", period=AUGUST, crm__product="P1"),
        finding("x", "10.00", inventory__service="P1"),
    ],
    ids=["other control", "other direction", "next period", "same value of another key"],
)
def test_what_is_another_thing_does_not_match(other: Found) -> None:
    result = compare([fault("a", "10.00", crm__product="P1")], [other])
    assert result.overall.matched_faults == 0
    assert result.overall.money_error == 2.0


def test_one_finding_over_two_faults_is_one_unit() -> None:
    result = compare(
        [fault("a", "10.00", crm__product="P1"), fault("b", "12.00", crm__product="P1", period=AUGUST)],
        [finding("x", "22.00", crm__product="P1", period=(date(2026, 7, 15), date(2026, 9, 1)))],
    )
    (row,) = result.controls
    assert (row.matched_faults, row.matched_findings, row.money_error) == (2, 1, 0.0)


def test_sharing_an_account_is_not_enough_when_both_name_a_subscription() -> None:
    planted = fault("a", "10.00", billing__subscription="S1", billing__account="A1", billing__bill_run="R1")
    wrong = finding("x", "10.00", billing__subscription="S2", billing__account="A1", billing__bill_run="R1")
    assert compare([planted], [wrong]).overall.matched_faults == 0
    account = finding("x", "10.00", billing__account="A1")
    assert compare([planted], [account]).overall.matched_faults == 1


def test_sharing_a_bill_run_is_never_enough() -> None:
    assert not same_thing(_keys({"billing__bill_run": "R1"}), _keys({"billing__bill_run": "R1"}))


def test_lists_of_keys_match_by_any_member_and_numbers_equal_their_text() -> None:
    assert same_thing(_keys({"billing__rated_usage": [1, 2]}), _keys({"billing__rated_usage": "2"}))
    assert not same_thing(_keys({"billing__rated_usage": [1, 2]}), _keys({"billing__rated_usage": ["3"]}))


def test_a_false_finding_names_the_distractor_that_it_fell_for() -> None:
    bait = fault("d", "0.00", kind="distractor", direction=None, crm__product="P9")
    result = compare([bait], [finding("x", "7.00", crm__product="P9")])
    assert result.controls[0].faults == 0
    assert result.controls[0].precision == 0.0
    assert result.controls[0].money_error == float("inf")
    assert [one.fault_id for one in result.false[0].distractors] == ["d"]


def test_controls_without_anything_are_listed_and_have_no_ratios() -> None:
    (row,) = compare([], [], ["U3"]).controls
    assert (row.faults, row.findings, row.precision, row.recall, row.money_error) == (0, 0, None, None, None)


def test_floors_name_each_limit_that_is_missed() -> None:
    scores = compare(
        [fault("a", "10.00", crm__product="P1"), fault("b", "10.00", crm__product="P2")],
        [finding("x", "10.00", crm__product="P1")],
    ).controls
    assert failures(scores, Floors()) == []
    assert failures(scores, Floors(precision=1.0)) == []
    assert failures(scores, Floors(precision=0.98, recall=0.98, money_error=0.01)) == [
        "O1: recall 0.5000 is below 0.98",
        "O1: money error 0.5000 is above 0.01",
    ]


def test_json_holds_numbers_and_no_infinity() -> None:
    result = compare([], [finding("x", "7.00", crm__product="P9")])
    content = json.loads(as_json(result, details=True), parse_constant=lambda name: pytest.fail(name))
    assert content["controls"][0]["found_amount"] == 7.0
    assert content["controls"][0]["money_error"] is None
    assert content["false_findings"][0]["keys"] == {"crm.product": ["P9"]}


def test_time_to_detect_is_the_median_from_the_end_of_the_period() -> None:
    def seen(name: str, day: int, product: str, period=JULY) -> Found:
        found = finding(name, "10.00", period=period, crm__product=product)
        return replace(found, first_seen_at=datetime(2026, 8, day, 6))

    result = compare(
        [
            fault("a", "10.00", crm__product="P1"),
            fault("b", "10.00", crm__product="P2"),
            fault("c", "10.00", period=AUGUST, crm__product="P3"),
            fault("missed", "10.00", crm__product="P4"),
        ],
        [seen("x", 3, "P1"), seen("y", 11, "P2"), seen("z", 20, "P3", AUGUST)],
    )
    assert result.controls[0].days_to_detect == 2
    assert compare([fault("a", "1.00", crm__product="P1")], []).controls[0].days_to_detect is None


def test_the_score_goes_between_the_marks_of_a_document(tmp_path: Path) -> None:
    operator = tmp_path / "operator"
    operator.mkdir()
    (operator / "world.json").write_text('{"customers": 600, "months": 3, "events": 60000, "seed": 42}')
    settings = Settings(operator=operator)
    result = compare([fault("a", "10.00", crm__product="P1")], [finding("x", "10.00", crm__product="P1")])
    document = tmp_path / "README.md"
    document.write_text(f"# Title\n{BEGIN}\nold figures\n{END}\nmore text\n", encoding="utf-8")
    for _ in range(2):
        update_document(document, settings, result, [IdentityScore("customers", "pairs", 10, 9, 9)])
    text = document.read_text(encoding="utf-8")
    assert text.startswith("# Title\n") and text.endswith(f"{END}\nmore text\n")
    assert "600 customers, 3 months, 60,000 usage events asked for, seed 42:" in text
    assert "old figures" not in text
    assert text.count("O1") == 1 and "100.00%" in text and "90.000%" in text
    document.write_text("no marks", encoding="utf-8")
    with pytest.raises(ConcordError, match="no place for the score"):
        update_document(document, settings, result, [])
