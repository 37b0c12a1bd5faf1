"""The app as finance uses it: a real Chromium on a lake that was refreshed from a small operator."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import socket
import subprocess
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from app.commands import command
from app.data import add_up
from app.text import money
from cases import rules
from cases.groups import root_cause_groups
from cases.state import EventType, Status, Step
from cases.store import CaseBook
from concord.settings import Settings, load_settings
from reporting.bridge_class import class_name
from tests.app.browser import browser, click, fill, open_page, settle, shoot, tick_row

REPOSITORY = Path(__file__).parents[2]
MAKER, CHECKER = "Ada Lovelace", "Ben Nevis"


@dataclass
class App:
    """The running app, the cases behind it, and the hosts that a browser asked on its behalf."""

    url: str
    book: CaseBook
    hosts: set[str]


@pytest.fixture(scope="module")
def app(refreshed: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("app")
    shutil.copytree(refreshed.lake_folder, folder / "lake")
    state = refreshed.lake_folder.with_name(refreshed.lake_folder.name + "-state")
    shutil.copytree(state, folder / "lake-state")
    (folder / "concord.yml").write_text("lake: {folder: lake}\n", encoding="utf-8")
    settings = load_settings(folder / "concord.yml")
    book = CaseBook.open(settings)
    port = _free_port()
    with (folder / "app.log").open("w") as log:
        server = subprocess.Popen(
            command(port),
            cwd=REPOSITORY,
            env={
                **os.environ,
                "CONCORD_SETTINGS": str(folder / "concord.yml"),
                "CONCORD_USER": MAKER,
                "PYTHONPATH": str(REPOSITORY),
            },
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/_stcore/health", server)
            yield App(f"http://127.0.0.1:{port}", book, set())
        finally:
            server.terminate()
            server.wait(30)
            book.close()
    assert "Traceback" not in (folder / "app.log").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def running() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture
def page(app: App, running: Browser) -> Iterator[Page]:
    opened = open_page(running, app.hosts)
    yield opened
    opened.close()


def go(page: Page, app: App, path: str = "") -> None:
    page.goto(f"{app.url}/{path}")
    page.get_by_test_id("stHeading").first.wait_for()
    settle(page)


def test_from_the_worklist_to_two_signatures_and_the_evidence(app: App, page: Page) -> None:
    go(page, app, "worklist")
    fill(page, "Amount from", "20.00")
    listed = [case for case in app.book.cases() if case.exposure_amount >= 20]
    expect(page.get_by_role("tab", name=f"Cases ({len(listed)})")).to_be_visible()
    first = min(listed, key=lambda case: (-case.exposure_amount, case.case_id))
    tick_row(page, 0)
    shoot(page, "worklist")
    click(page, "Open case")
    # The case that was ticked, with its arithmetic calculated anew.
    page.wait_for_url(f"**/case?case={first.case_id}")
    expect(page.get_by_test_id("stMetric").first).to_contain_text(money(first.exposure_amount))
    page.get_by_role("tab", name="Explanation").click()
    expect(page.get_by_text("equal to the finding, to the cent")).to_be_visible()
    shoot(page, "case")
    # Another amount than what was found needs a reason.
    fill(page, f"Confirmed, {first.currency_code}", "12.34")
    click(page, "Propose to confirm")
    expect(page.get_by_text("say why")).to_be_visible()
    assert app.book.case(first.case_id).version == first.version
    fill(page, f"Confirmed, {first.currency_code}", "12.34")
    page.get_by_label("Why", exact=True).first.fill("the rest was credited in August")
    click(page, "Propose to confirm")
    expect(page.get_by_text("waits for a second person").first).to_be_visible()
    # Who proposed gets no button to sign with.
    expect(page.get_by_text("You proposed it: somebody else signs it off.")).to_be_visible()
    expect(page.get_by_role("button", name="Sign off", exact=True)).to_have_count(0)
    pending = app.book.case(first.case_id)
    assert (pending.pending_step, pending.pending_by, pending.confirmed_amount) == (Step.confirm, MAKER, None)
    fill(page, "Who acts", CHECKER)
    page.get_by_label("Remark", exact=True).fill("checked with billing")
    click(page, "Sign off")
    expect(page.get_by_test_id("stMetric").nth(1)).to_contain_text("12.34")
    signed = app.book.case(first.case_id)
    assert (signed.status, str(signed.confirmed_amount)) == (Status.confirmed, "12.34")
    page.get_by_role("tab", name="History").click()
    for text in ("the rest was credited in August", "checked with billing", CHECKER):
        expect(page.get_by_text(text).first).to_be_visible()
    events = app.book.history(first.case_id)
    assert [(event.event_type, event.actor) for event in events[1:]] == [
        (EventType.proposed, MAKER),
        (EventType.signed_off, CHECKER),
    ]
    _check_pack(app, page, signed.case_id)


def _check_pack(app: App, page: Page, case_id: str) -> None:
    """The evidence pack of the open case: every file as its manifest says, and a total that a spreadsheet works out."""
    page.get_by_role("tab", name="Evidence pack").click()
    with page.expect_download() as download:
        page.get_by_test_id("stDownloadButton").get_by_role("button").click()
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as pack:
        manifest = json.loads(pack.read("manifest.json"))
        names = {file["name"] for file in manifest["files"]}
        assert names == {"case.json", "evidence.xlsx", "explanation.html", "explanation.json", "rows.csv"}
        for file in manifest["files"]:
            assert hashlib.sha256(pack.read(file["name"])).hexdigest() == file["sha256"]
        assert json.loads(pack.read("case.json"))["case"]["confirmed_amount"] == "12.34"
        assert json.loads(pack.read("explanation.json"))["agrees"] is True
        workbook = openpyxl.load_workbook(io.BytesIO(pack.read("evidence.xlsx")))
        assert workbook.sheetnames == ["Case", "Steps", "History"]
        formulas = [cell.value for row in workbook["Steps"].iter_rows() for cell in row if cell.data_type == "f"]
        assert len(formulas) == 1 and formulas[0].startswith("=ROUND(SUM(E4:E")
    assert (manifest["case_id"], manifest["version"]) == (case_id, app.book.case(case_id).version)


def test_who_decides_on_what_has_changed_is_told_and_refused(app: App, page: Page) -> None:
    case = next(case for case in app.book.cases() if case.status is Status.open)
    go(page, app, f"case?case={case.case_id}")
    app.book.do(case.case_id, rules.assign("Cleo Finch"), "Cleo Finch")
    click(page, "Propose to confirm")
    expect(page.get_by_text("has changed since you looked at it")).to_be_visible()
    expect(page.get_by_text("Cleo Finch, assigned")).to_be_visible()
    after = app.book.case(case.case_id)
    assert (after.version, after.pending_step) == (case.version + 1, None)
    # The page shows the case as it is now, so that the same may be decided on it.
    click(page, "Propose to confirm")
    expect(page.get_by_text("waits for a second person").first).to_be_visible()
    click(page, "Withdraw")
    assert app.book.case(case.case_id).pending_step is None


def test_a_root_cause_is_one_task_and_one_signature(app: App, page: Page) -> None:
    go(page, app, "worklist")
    page.get_by_role("tab", name="Root causes").click()
    groups = root_cause_groups(case for case in app.book.cases() if case.status is not Status.closed)
    tick_row(page, next(place for place, group in enumerate(groups) if len(group.cases) > 1), table=1)
    panel = page.get_by_role("tabpanel", name="Root causes")
    shoot(page, "root-causes")
    panel.get_by_text("Confirm", exact=True).click()
    panel.get_by_label("Why", exact=True).first.fill("one cause, mended on Monday")
    panel.get_by_role("button", name="Propose to confirm").click()
    settle(page)
    proposed = [case for case in app.book.cases() if case.pending_reason == "one cause, mended on Monday"]
    assert len(proposed) > 1
    assert len({(case.root_cause_type, case.root_cause_key, case.control_id, case.direction) for case in proposed}) == 1
    page.get_by_role("link", name="Sign-off").click()
    settle(page)
    expect(page.get_by_text("You proposed it: somebody else signs it off.").first).to_be_visible()
    fill(page, "Who acts", CHECKER)
    expect(page.get_by_text("one cause, mended on Monday")).to_be_visible()
    shoot(page, "sign-off")
    click(page, "Sign off")
    assert {app.book.case(case.case_id).status for case in proposed} == {Status.confirmed}


def test_the_overview_adds_up_and_asks_nobody_else(app: App, page: Page) -> None:
    go(page, app)
    class_of = {row["control_id"]: row["bridge_class"] for row in reference("control")}
    other_class_of = {
        (row["control_id"], row["root_cause_type"]): row["bridge_class"] for row in reference("control_bridge_class")
    }
    for bridge_class in ("revenue", "cost"):
        if bridge_class != "revenue":
            page.get_by_test_id("stButtonGroup").get_by_text(class_name(bridge_class)).click()
            settle(page)
        cases = [
            case
            for case in app.book.cases()
            if other_class_of.get((case.control_id, case.root_cause_type), class_of[case.control_id]) == bridge_class
        ]
        for amounts in (
            add_up([case for case in cases if case.status is Status.open], "exposure_amount"),
            add_up(cases, "confirmed_amount"),
        ):
            assert amounts
            for amount in amounts.values():
                shown = page.get_by_test_id("stMetricValue").get_by_text(money(amount), exact=True)
                expect(shown.first).to_be_visible()
    page.get_by_test_id("stButtonGroup").get_by_text(class_name("revenue")).click()
    settle(page)
    expect(page.get_by_test_id("stVegaLiteChart").first).to_be_visible()
    shoot(page, "overview")
    # No font, no statistics, no word to anybody outside this machine.
    assert {host.split(":")[0] for host in app.hosts} == {"127.0.0.1"}


def test_an_unknown_case_is_said_to_be_none(app: App, page: Page) -> None:
    page.goto(f"{app.url}/case?case=nonsense")
    expect(page.get_by_text("there is no case 'nonsense'")).to_be_visible()


def reference(seed: str) -> list[dict[str, str]]:
    with (REPOSITORY / f"seeds/reference/{seed}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(url: str, server: subprocess.Popen, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert server.poll() is None, "the app ended at once"
        try:
            if requests.get(url, timeout=2).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.3)
    raise AssertionError("the app did not start")
