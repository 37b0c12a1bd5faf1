"""The case book on both databases: nothing is lost, nothing is overwritten."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from cases import rules
from cases.database import open_database
from cases.groups import in_group, root_cause_groups
from cases.state import EventType, Status, fold
from cases.store import CaseBook, Conflict
from concord.errors import ConcordError
from concord.settings import Lake, Settings, load_settings
from tests.cases.books import START, open_cases, seen_by_build


def test_a_case_reads_back_as_it_was_written(book: CaseBook) -> None:
    open_cases(book, "f1", exposure_amount="9999999999999999.99")
    case = book.case("f1")
    assert case.exposure_amount == Decimal("9999999999999999.99")
    assert case == fold(book.history("f1"))
    assert book.history("f1")[0].recorded_at.tzinfo is not None


def test_the_second_of_two_who_decide_on_the_same_state_is_refused(book: CaseBook) -> None:
    open_cases(book, "f1")
    seen = book.case("f1").version
    book.do("f1", rules.confirm(None), "Ada", seen)
    with pytest.raises(Conflict, match=r"has changed since you looked at it \(version 1, now 2\): Ada, proposed"):
        book.do("f1", rules.dismiss("immaterial", "small"), "Ben", seen)
    assert [event.actor for event in book.history("f1")] == ["concord", "Ada"]
    with pytest.raises(Conflict, match="has no version 9"):
        book.do("f1", rules.comment("x"), "Ben", 9)


def test_many_at_once_lose_nothing(book: CaseBook) -> None:
    """Comments from many threads are all there; of as many proposals on one version exactly one is."""
    open_cases(book, "f1")
    people, each = 6, 4
    refused: list[str] = []

    def work(name: str) -> None:
        for number in range(each):
            book.do("f1", rules.comment(f"{name} {number}"), name)

    def decide(name: str, version: int) -> None:
        try:
            book.do("f1", rules.confirm(None), name, version)
        except ConcordError as error:
            refused.append(str(error))

    in_threads(work, [(f"P{number}",) for number in range(people)])
    history = book.history("f1")
    said = [event.reason for event in history if event.event_type is EventType.commented]
    assert sorted(said) == sorted(f"P{person} {number}" for person in range(people) for number in range(each))
    assert [event.version for event in history] == list(range(1, people * each + 2))
    in_threads(decide, [(f"P{number}", history[-1].version) for number in range(people)])
    proposals = [event for event in book.history("f1") if event.event_type is EventType.proposed]
    assert len(proposals) == 1
    assert len(refused) == people - 1
    assert all("has changed since you looked at it" in text for text in refused)


def test_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    """The same across processes, each of which finds the database not made yet."""
    (tmp_path / "concord.yml").write_text("lake: {folder: lake}\n", encoding="utf-8")
    code = (
        "import sys; from pathlib import Path; from concord.settings import load_settings;"
        "from cases.store import CaseBook; from tests.cases.books import open_cases; from cases import rules;"
        "book = CaseBook.open(load_settings(Path(sys.argv[1]))); name = sys.argv[2];"
        "open_cases(book, name); book.do_all(dict.fromkeys([name]), rules.comment('hello'), name)"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, tmp_path / "concord.yml", f"p{number}"],
            cwd=Path(__file__).parents[2],
            stderr=subprocess.PIPE,
        )
        for number in range(3)
    ]
    for process in processes:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors.decode()
    book = CaseBook.open(load_settings(tmp_path / "concord.yml"))
    assert [(case.case_id, case.version) for case in book.cases()] == [("p0", 2), ("p1", 2), ("p2", 2)]


def test_a_command_for_several_cases_is_all_or_nothing(book: CaseBook) -> None:
    open_cases(book, "f1", "f2", "f3")
    book.do("f2", rules.confirm(None), "Ada")
    with pytest.raises(ConcordError, match="case f2: 'confirm', proposed by Ada, waits"):
        book.do_all(dict.fromkeys(["f1", "f2", "f3"]), rules.confirm(None), "Ada")
    assert [case.version for case in book.cases()] == [1, 2, 1]
    with pytest.raises(ConcordError, match="there is no case 'f9'"):
        book.do_all(dict.fromkeys(["f1", "f9"]), rules.comment("x"), "Ada")
    done = book.do_all(dict.fromkeys(["f3", "f1"]), rules.confirm(None), "Ada")
    assert [(case.case_id, case.version) for case in done] == [("f1", 2), ("f3", 2)]


def test_a_root_cause_is_one_task(book: CaseBook) -> None:
    open_cases(book, "a", "b", exposure_amount="10.00")
    open_cases(book, "c", exposure_amount="7.00", currency_code="USD")
    open_cases(book, "d", exposure_amount="500.00", root_cause_key="T2")
    open_cases(book, "e", root_cause_type=None, root_cause_key=None)
    groups = root_cause_groups(book.cases())
    assert [(group.name, group.key.currency_code, group.total("exposure_amount")) for group in groups] == [
        ("tariff:T2", "EUR", Decimal("500.00")),
        ("unknown:unknown", "EUR", Decimal("120.50")),
        ("tariff:T1", "EUR", Decimal("20.00")),
        ("tariff:T1", "USD", Decimal("7.00")),
    ]
    members = in_group(book.cases(), "tariff:T1")
    book.do_all({case.case_id: case.version for case in members}, rules.confirm("tariff row mended"), "Ada")
    book.do_all({case.case_id: None for case in members}, rules.sign_off(), "Ben")
    confirmed = [case.case_id for case in book.cases() if case.status is Status.confirmed]
    assert confirmed == ["a", "b", "c"]


def test_nothing_can_be_changed_or_deleted(settings: Settings, book: CaseBook) -> None:
    open_cases(book, "f1")
    engine = open_database(settings)
    for statement in ("update case_event set actor = 'nobody'", "delete from case_event"):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), engine.begin() as connection:
            connection.execute(sa.text(statement))
    if engine.dialect.name == "postgresql":
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), engine.begin() as connection:
            connection.execute(sa.text("truncate case_event"))
    engine.dispose()
    assert len(book.history("f1")) == 1


def test_events_until_an_instant(book: CaseBook) -> None:
    open_cases(book, "f1")
    book.do("f1", rules.comment("later"), "Ada")
    first = book.history("f1")[0].recorded_at
    assert [len(batch) for batch in book.event_rows(first)] == [1]
    assert sum(len(batch) for batch in book.event_rows()) == 2
    assert list(book.event_rows(START)) == []


def test_an_id_may_be_shortened_when_it_is_unmistakable(book: CaseBook) -> None:
    open_cases(book, "abc1", "abc2", "abd", "ab%")
    assert book.find("abd") == "abd"
    assert book.find("abc2") == "abc2"
    assert book.find("ab%") == "ab%"
    for text, message in (("abc", "several"), ("x", "no case"), ("", "no case"), ("%", "no case")):
        with pytest.raises(ConcordError, match=message):
            book.find(text)


def test_a_build_and_a_person_at_once(book: CaseBook) -> None:
    """A build that sees a change between a person's look and their decision makes them look again."""
    open_cases(book, "f1")
    seen = book.case("f1").version
    seen_by_build(book, "f1", EventType.finding_cleared)
    with pytest.raises(Conflict, match="concord, finding cleared"):
        book.do("f1", rules.confirm(None), "Ada", seen)


def test_opening_again_migrates_nothing(settings: Settings, book: CaseBook) -> None:
    open_cases(book, "f1")
    again = CaseBook.open(settings)
    assert [case.case_id for case in again.cases()] == ["f1"]
    again.close()


def test_a_newer_database_is_left_alone(settings: Settings, book: CaseBook) -> None:
    engine = open_database(settings)
    with engine.begin() as connection:
        connection.execute(sa.text("update alembic_version set version_num = '9999'"))
    engine.dispose()
    with pytest.raises(ConcordError, match="newer version of Concord"):
        open_database(settings)


def test_the_migrations_make_what_the_code_expects(settings: Settings) -> None:
    engine = open_database(settings)
    columns = {column["name"] for column in sa.inspect(engine).get_columns("case_event")}
    engine.dispose()
    from cases.database import CASE_EVENT

    assert columns == {column.name for column in CASE_EVENT.columns}


@pytest.mark.parametrize("address", ["mysql://x", "postgresql", "sqlite", "sqlite:", "sqlite://x", "nonsense"])
def test_a_wrong_address_is_refused(tmp_path: Path, address: str) -> None:
    from concord.settings import State

    settings = Settings(lake=Lake(folder=tmp_path / "lake"), state=State(database=address))
    with pytest.raises(ConcordError, match=r"state\.database is no address"):
        open_database(settings)


def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path: Path) -> None:
    settings = Settings(lake=Lake(folder=tmp_path / "lake"))
    file = tmp_path / "lake-state" / "concord.sqlite"
    file.parent.mkdir()
    file.write_bytes(b"no database at all" * 100)
    with pytest.raises(ConcordError, match="the state database can't be used"):
        open_database(settings)


def test_a_busy_database_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cases.database._BUSY_SECONDS", 0.2)
    settings = Settings(lake=Lake(folder=tmp_path / "lake"))
    book = CaseBook.open(settings)
    open_cases(book, "f1")
    with sqlite3.connect(tmp_path / "lake-state" / "concord.sqlite", isolation_level=None) as other:
        other.execute("begin immediate")
        # Readers go on.
        assert len(book.cases()) == 1
        with pytest.raises(ConcordError, match="busy"):
            book.do("f1", rules.comment("hello"), "Ada")
        other.execute("rollback")
    book.close()


def test_a_wrong_password_is_not_shown(postgresql, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_PASSWORD", "a-wrong-secret")
    dsn = postgresql.dsn("postgres").replace(postgresql.administrator_password, "${STATE_PASSWORD}")
    file = tmp_path / "concord.yml"
    file.write_text(f'state: {{database: "{dsn}"}}\n', encoding="utf-8")
    with pytest.raises(ConcordError) as caught:
        open_database(load_settings(file))
    assert "a-wrong-secret" not in str(caught.value)
    assert "a-wrong-secret" not in repr(caught.value.__cause__)
    monkeypatch.delenv("STATE_PASSWORD")
    with pytest.raises(ConcordError, match="needs the environment variable STATE_PASSWORD"):
        open_database(load_settings(file))


def in_threads(work, arguments: list[tuple]) -> None:
    """Run the same at once for each of the arguments; an error in any of them fails the test."""
    errors: list[BaseException] = []
    barrier = threading.Barrier(len(arguments))

    def run(*values) -> None:
        barrier.wait()
        try:
            work(*values)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=values) for values in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
