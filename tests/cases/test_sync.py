"""Cases follow what is published; people's work stays; the lake gets the events."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from cases import rules
from cases.feed import COLUMNS, feed
from cases.state import Attention, EventType, Status
from cases.store import CaseBook
from cases.sync import Synced, sync
from concord.engine import connect
from concord.errors import ConcordError
from concord.settings import Lake, Settings
from tests.cases.books import opening
from tests.cases.published import FINDINGS, publish_findings
from tests.dbt.dbt_project import PROJECT


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(lake=Lake(folder=tmp_path / "lake"))
    publish_findings(settings)
    return settings


def test_open_findings_become_cases_once(settings: Settings, sqlite_book: CaseBook) -> None:
    assert sync(settings, sqlite_book) == Synced(opened=3)
    assert [(case.case_id, case.status, case.exposure_amount) for case in sqlite_book.cases()] == [
        ("f1", Status.open, Decimal("120.50")),
        ("f2", Status.open, Decimal("10.00")),
        ("f3", Status.open, Decimal("3.25")),
    ]
    case = sqlite_book.case("f3")
    assert (case.control_id, case.direction, case.currency_code, case.root_cause_key) == ("R1", "over", "USD", "T2")
    assert sync(settings, sqlite_book) == Synced()
    assert len(sqlite_book.history("f1")) == 1


def test_a_re_run_resets_nothing(settings: Settings, sqlite_book: CaseBook) -> None:
    sync(settings, sqlite_book)
    sqlite_book.do("f1", rules.dismiss("agreed", "contract"), "Ada")
    decided = sqlite_book.do("f1", rules.sign_off(), "Ben")
    publish_findings(settings, [*FINDINGS, ("f5", "O1", "under", "EUR", "T9", "1.00", "open")])
    assert sync(settings, sqlite_book) == Synced(opened=1)
    assert sqlite_book.case("f1") == decided


def test_what_is_gone_is_marked_and_opens_again_when_it_is_back(settings: Settings, sqlite_book: CaseBook) -> None:
    sync(settings, sqlite_book)
    sqlite_book.do("f1", rules.confirm(None), "Ada")
    sqlite_book.do("f1", rules.sign_off(), "Ben")
    gone = [(*row[:6], "cleared") if row[0] == "f1" else row for row in FINDINGS]
    publish_findings(settings, gone)
    assert sync(settings, sqlite_book) == Synced(cleared=1)
    assert sync(settings, sqlite_book) == Synced()
    assert sqlite_book.case("f1").attention is Attention.verify_cleared
    sqlite_book.do("f1", rules.close("mended", Decimal("120.50")), "Ada")
    closed = sqlite_book.do("f1", rules.sign_off(), "Ben")
    assert (closed.status, closed.attention) == (Status.closed, None)
    assert sync(settings, sqlite_book) == Synced()
    publish_findings(settings)
    assert sync(settings, sqlite_book) == Synced(returned=1)
    case = sqlite_book.case("f1")
    assert (case.status, case.attention, case.prevented_amount) == (
        Status.open,
        Attention.came_back,
        Decimal("120.50"),
    )


def test_figures_follow_the_finding(settings: Settings, sqlite_book: CaseBook) -> None:
    sync(settings, sqlite_book)
    sqlite_book.do("f2", rules.confirm(None), "Ada")
    sqlite_book.do("f2", rules.sign_off(), "Ben")
    grown = [(*row[:4], "T7", "11.00", "open") if row[0] in ("f1", "f2") else row for row in FINDINGS]
    publish_findings(settings, grown)
    assert sync(settings, sqlite_book) == Synced(changed=2)
    first, second = sqlite_book.case("f1"), sqlite_book.case("f2")
    assert (first.exposure_amount, first.root_cause_key, first.attention) == (Decimal("11.00"), "T7", None)
    # What two people signed stays, and they are told.
    assert (second.exposure_amount, second.confirmed_amount) == (Decimal("11.00"), Decimal("10.00"))
    assert second.attention is Attention.amount_changed


def test_a_control_that_can_not_tell_clears_nothing(settings: Settings, sqlite_book: CaseBook) -> None:
    sync(settings, sqlite_book)
    # Not even a cleared row is left of O1 and R1's findings: the lake was made anew, and a source of R1 is missing.
    publish_findings(settings, [], cannot_tell=("R1",))
    assert sync(settings, sqlite_book) == Synced(cleared=2)
    assert {case.case_id: case.finding_status for case in sqlite_book.cases()} == {
        "f1": "cleared",
        "f2": "cleared",
        "f3": "open",
    }


def test_a_publication_of_the_past_changes_no_case(settings: Settings, sqlite_book: CaseBook) -> None:
    publish_findings(settings, [], past=True)
    assert sync(settings, sqlite_book) == Synced()
    assert sqlite_book.cases() == []


def test_nothing_published_nothing_followed(tmp_path: Path, sqlite_book: CaseBook) -> None:
    with pytest.raises(ConcordError, match="nothing has been published"):
        sync(Settings(lake=Lake(folder=tmp_path / "other")), sqlite_book)


def test_a_build_gets_the_events(settings: Settings, sqlite_book: CaseBook) -> None:
    sync(settings, sqlite_book)
    sqlite_book.do("f1", rules.confirm("all of it", Decimal("120.50")), "Zoë O'Neill")
    sqlite_book.do("f1", rules.sign_off(), "Ben")
    assert feed(settings, book=sqlite_book) == 5
    with connect(str(settings.workspace), read_only=True) as workspace:
        assert workspace.execute(
            "select version, event_type, actor, reason, status, confirmed_amount, details ->> 'step'"
            " from cases.event where case_id = 'f1' order by version"
        ).fetchall() == [
            (1, "opened", "concord", None, "open", None, None),
            (2, "proposed", "Zoë O'Neill", "all of it", "open", None, "confirm"),
            (3, "signed_off", "Ben", None, "confirmed", Decimal("120.50"), "confirm"),
        ]
    until = sqlite_book.history("f1")[1].recorded_at
    assert feed(settings, until, sqlite_book) == 4
    # None at all leaves the table empty, with its columns.
    assert feed(Settings(lake=Lake(folder=settings.lake_folder.with_name("empty")))) == 0


def test_what_is_fed_is_what_the_models_read() -> None:
    import yaml

    declared = yaml.safe_load((PROJECT / "models" / "registry" / "_cases__sources.yml").read_text(encoding="utf-8"))
    (table,) = declared["sources"][0]["tables"]
    kinds = {"text": "string", "number": "bigint", "date": "date", "instant": "timestamp", "money": "decimal(18,2)"}
    assert {column["name"]: column["data_type"] for column in table["columns"]} == {
        name: kinds[kind] for name, kind in COLUMNS.items()
    }
    models = (PROJECT / "models" / "core" / "fct_case_event.yml").read_text(encoding="utf-8")
    # The models' list of what can happen is the code's.
    assert all(f"- {event.value}\n" in models for event in EventType)
    assert opening().event_type in EventType
