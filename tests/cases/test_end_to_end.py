"""Cases of a refreshed lake: what is published says what the case book says."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cases import rules
from cases.feed import feed
from cases.state import Case, EventType
from cases.store import CaseBook
from cases.sync import Synced, sync
from concord.engine import connect
from concord.settings import Lake, Settings
from orchestration.dbt_runner import run_dbt
from tests.cases.books import seen_by_build
from tests.concord.lakes import read

COLUMNS = (
    "case_id, control_id, direction, currency_code, root_cause_type, root_cause_key, period_start, period_end, status,"
    " owner, due_date, exposure_amount, confirmed_amount, recoverable_amount, recovered_amount, prevented_amount,"
    " dismissal, finding_status, attention, pending_step, pending_by, pending_reason"
)


@dataclass
class Copy:
    """A copy of the refreshed lake with its cases."""

    settings: Settings
    book: CaseBook

    def rows(self) -> list[tuple]:
        """core.fct_case as it would be published."""
        with connect(str(self.settings.workspace), read_only=True) as workspace:
            return workspace.execute(f"select {COLUMNS} from core.fct_case order by case_id").fetchall()


@pytest.fixture(scope="module")
def copy(refreshed: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    folder = tmp_path_factory.mktemp("cases")
    shutil.copytree(refreshed.lake_folder, folder / "lake")
    state = refreshed.lake_folder.with_name(refreshed.lake_folder.name + "-state")
    shutil.copytree(state, folder / "lake-state")
    settings = Settings(lake=Lake(folder=folder / "lake"))
    book = CaseBook.open(settings)
    yield Copy(settings, book)
    book.close()


def test_a_refresh_opens_a_case_for_each_finding(copy: Copy) -> None:
    findings = read(copy.settings, "select finding_id, amount from core.fct_leakage_finding where status = 'open'")
    assert len(findings) > 50
    assert {(case.case_id, case.exposure_amount) for case in copy.book.cases()} == set(findings)
    assert sync(copy.settings, copy.book) == Synced()
    # The same build has published them, before they were opened.
    assert [row[0] for row in copy.rows()] == [case.case_id for case in copy.book.cases()]


def test_the_next_build_publishes_what_people_did(copy: Copy, tmp_path: Path) -> None:
    book = copy.book
    first, second, third, fourth, fifth, *_ = [case.case_id for case in book.cases()]
    for case_id, command in (
        (first, rules.confirm("checked")),
        (second, rules.dismiss("immaterial", "small")),
    ):
        book.do(case_id, command, "Ada")
        book.do(case_id, rules.sign_off(), "Ben")
    book.do(first, rules.assign("Ada"), "Ada")
    book.do(third, rules.confirm("to be signed"), "Ben")
    book.do(fourth, rules.comment("asked billing"), "Ben")
    # The fault of a dismissed case was gone for a while; the publication that we follow has it again.
    seen_by_build(book, second, EventType.finding_cleared)
    seen_by_build(book, fifth, EventType.finding_cleared)
    feed(copy.settings, book=book)
    run_dbt(copy.settings, ["build", "--select", "fct_case_event+", "--exclude-resource-type", "unit_test"])
    published = copy.rows()
    assert sync(copy.settings, book).returned == 2
    told = [tuple(getattr(case, name.strip()) for name in COLUMNS.split(",")) for case in book.cases()]
    assert published == [tuple(_plain(value) for value in row) for row in told]
    by_id: dict[str, Case] = {case.case_id: case for case in book.cases()}
    assert (by_id[second].status, by_id[first].status) == ("open", "confirmed")
    with connect(str(copy.settings.workspace), read_only=True) as workspace:
        ((cases, events, overdue),) = workspace.execute(
            "select (select count(*) from marts_revenue_assurance.case_worklist),"
            " (select count(*) from core.fct_case_event where not is_by_build),"
            " (select count(*) from core.fct_case where is_overdue)"
        ).fetchall()
        assert (cases, events, overdue) == (len(told), 7, 0)


def _plain(value):
    return str(value) if isinstance(value, str) else value
