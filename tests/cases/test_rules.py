"""What people may do with a case, and what needs a second one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import rules
from cases.state import Attention, EventType, Status, Step, fold
from cases.store import CaseBook
from concord.errors import ConcordError
from tests.cases.books import open_cases, seen_by_build

MAKER, CHECKER = "Ada Lovelace", "Ben Nevis"


@pytest.fixture
def book(sqlite_book: CaseBook) -> CaseBook:
    open_cases(sqlite_book, "f1")
    return sqlite_book


def confirmed(book: CaseBook) -> None:
    book.do("f1", rules.confirm(None), MAKER)
    book.do("f1", rules.sign_off(), CHECKER)


def test_the_whole_way_of_a_case(book: CaseBook) -> None:
    book.do("f1", rules.assign(MAKER, date(2026, 10, 31)), MAKER)
    case = book.do("f1", rules.confirm("one month was credited", Decimal("100.50"), Decimal("80.00")), MAKER)
    # A proposal changes nothing yet.
    assert (case.status, case.confirmed_amount, case.pending_step) == (Status.open, None, Step.confirm)
    case = book.do("f1", rules.sign_off("checked with billing"), CHECKER)
    assert (case.status, case.confirmed_amount, case.recoverable_amount) == (
        Status.confirmed,
        Decimal("100.50"),
        Decimal("80.00"),
    )
    assert book.do("f1", rules.start_recovery("rebilled with run 7"), MAKER).status is Status.recovering
    book.do("f1", rules.recover(Decimal("30.00")), MAKER)
    # A part of it: the recovery goes on.
    assert book.do("f1", rules.sign_off(), CHECKER).status is Status.recovering
    book.do("f1", rules.recover(Decimal("80.00")), MAKER)
    case = book.do("f1", rules.sign_off(), CHECKER)
    assert (case.status, case.recovered_amount) == (Status.recovered, Decimal("80.00"))
    book.do("f1", rules.close("provisioning is mended", Decimal("241.00")), MAKER)
    case = book.do("f1", rules.sign_off(), CHECKER)
    assert (case.status, case.prevented_amount, case.owner, case.due_date) == (
        Status.closed,
        Decimal("241.00"),
        MAKER,
        date(2026, 10, 31),
    )
    history = book.history("f1")
    assert [event.version for event in history] == list(range(1, 12))
    assert {event.actor for event in history} == {"concord", MAKER, CHECKER}
    # What is kept beside each event is what the events lead to.
    assert fold(history) == case == book.case("f1")


@pytest.mark.parametrize("same", [MAKER, "ada lovelace", "  Ada   Lovelace "])
def test_who_proposes_can_not_sign(book: CaseBook, same: str) -> None:
    book.do("f1", rules.confirm(None), MAKER)
    with pytest.raises(ConcordError, match="can't sign it as well"):
        book.do("f1", rules.sign_off(), same)
    assert book.case("f1").status is Status.open


@pytest.mark.parametrize("nobody", ["", "   ", "concord", "Concord", None, "a\x00b"])
def test_nobody_and_the_builds_decide_nothing(book: CaseBook, nobody: str | None) -> None:
    with pytest.raises(ConcordError):
        book.do("f1", rules.comment("hello"), nobody)
    assert len(book.history("f1")) == 1


@pytest.mark.parametrize(
    "propose",
    [rules.confirm(None), rules.dismiss("immaterial", "one cent"), rules.close("gone")],
    ids=["confirm", "dismiss", "close"],
)
def test_what_needs_two_people_waits_for_the_second(book: CaseBook, propose) -> None:
    seen_by_build(book, "f1", EventType.finding_cleared)
    before = book.case("f1")
    case = book.do("f1", propose, MAKER)
    assert case.pending_by == MAKER
    assert (case.status, case.confirmed_amount, case.dismissal) == (before.status, None, None)
    with pytest.raises(ConcordError, match="waits for its sign-off"):
        book.do("f1", rules.confirm(None), CHECKER)
    with pytest.raises(ConcordError, match="withdrawn, not rejected"):
        book.do("f1", rules.reject("no"), MAKER)
    with pytest.raises(ConcordError, match="only Ada Lovelace can withdraw"):
        book.do("f1", rules.withdraw(), CHECKER)
    case = book.do("f1", rules.reject("no proof"), CHECKER)
    assert (case.status, case.pending_step, case.attention) == (before.status, None, Attention.verify_cleared)


def test_a_proposal_can_be_withdrawn(book: CaseBook) -> None:
    book.do("f1", rules.dismiss("agreed", "by contract"), MAKER)
    assert book.do("f1", rules.withdraw("wrong customer"), MAKER).pending_step is None
    with pytest.raises(ConcordError, match="nothing waits"):
        book.do("f1", rules.sign_off(), CHECKER)


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (lambda: rules.confirm(None, Decimal("99.00")), "say why"),
        (lambda: rules.confirm("x", Decimal("10.00"), Decimal("10.01")), "more than the confirmed"),
        (lambda: rules.confirm("x", Decimal("0.00")), "amount of 0"),
        (lambda: rules.dismiss("bored", "x"), "no reason to dismiss"),
        (lambda: rules.dismiss("agreed", "  "), "reason in words is needed"),
        (lambda: rules.start_recovery(), "open can't recover"),
        (lambda: rules.recover(Decimal("1.00")), "open can't recover"),
        (lambda: rules.close("bored"), "finding is still there"),
        (lambda: rules.reopen("x"), "open already"),
        (lambda: rules.comment("\n"), "comment is needed"),
        (lambda: rules.comment("x" * 4001), "longer than"),
        (lambda: rules.assign("concord"), "stands for the builds"),
    ],
)
def test_what_is_refused(book: CaseBook, command, message: str) -> None:
    with pytest.raises(ConcordError, match=message):
        book.do("f1", command(), MAKER)
    assert len(book.history("f1")) == 1


def test_more_than_was_confirmed_does_not_come_back(book: CaseBook) -> None:
    confirmed(book)
    with pytest.raises(ConcordError, match="more than the recoverable"):
        book.do("f1", rules.recover(Decimal("120.51")), MAKER)
    book.do("f1", rules.recover(Decimal("20.00"), is_final=True), MAKER)
    assert book.do("f1", rules.sign_off(), CHECKER).status is Status.recovered


def test_a_rejected_amount_counts_nothing(book: CaseBook) -> None:
    book.do("f1", rules.confirm("estimate", Decimal("500.00")), MAKER)
    book.do("f1", rules.reject("it was 120.50"), CHECKER)
    confirmed(book)
    assert book.case("f1").confirmed_amount == Decimal("120.50")


@pytest.mark.parametrize("end", ["dismissed", "recovered", "closed"])
def test_a_fault_that_comes_back_opens_the_case_again(book: CaseBook, end: str) -> None:
    confirmed(book)
    last = {
        "dismissed": rules.dismiss("not_collectable", "bankrupt"),
        "recovered": rules.recover(Decimal("120.50")),
        "closed": rules.close("mended"),
    }[end]
    book.do("f1", last, MAKER)
    book.do("f1", rules.sign_off(), CHECKER)
    seen_by_build(book, "f1", EventType.finding_cleared)
    case = book.case("f1")
    assert (case.status.value, case.attention) == (end, Attention.verify_cleared)
    seen_by_build(book, "f1", EventType.finding_returned, exposure_amount="60.00")
    case = book.case("f1")
    assert (case.status, case.attention, case.exposure_amount) == (Status.open, Attention.came_back, Decimal("60.00"))
    # What was decided before is not forgotten.
    assert case.confirmed_amount == Decimal("120.50")


def test_work_under_way_goes_on_when_a_fault_comes_back(book: CaseBook) -> None:
    confirmed(book)
    book.do("f1", rules.start_recovery(), MAKER)
    seen_by_build(book, "f1", EventType.finding_cleared)
    seen_by_build(book, "f1", EventType.finding_returned)
    assert book.case("f1").status is Status.recovering


def test_a_closed_case_can_be_taken_up_again(book: CaseBook) -> None:
    confirmed(book)
    book.do("f1", rules.close("written off"), MAKER)
    book.do("f1", rules.sign_off(), CHECKER)
    with pytest.raises(ConcordError, match="closed case can't be assigned"):
        book.do("f1", rules.assign(MAKER), MAKER)
    assert book.do("f1", rules.reopen("it was the wrong run"), MAKER).status is Status.open


@pytest.mark.parametrize("text", ["1.005", "-1", "nan", "Infinity", "ten", "", "1e30", "1,50"])
def test_what_is_no_money(text: str) -> None:
    with pytest.raises(ConcordError):
        rules.money(text)


def test_money_is_never_a_float() -> None:
    with pytest.raises(TypeError):
        rules.money(0.1)


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_money_keeps_every_cent(amount: Decimal) -> None:
    assert rules.money(str(amount)) == amount
