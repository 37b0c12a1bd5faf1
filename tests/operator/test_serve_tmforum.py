"""The TM Forum server: what TMF630 promises, and each habit that departs from it."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from seeds.operator.serve.documents import Documents
from seeds.operator.serve.quirks import Quirks, demo_profiles, parse_profiles
from seeds.operator.serve.tmforum import application
from seeds.operator.serve.version5 import to_version5
from tests.operator.serve_fixtures import NOON, Answer, alarms, get, individuals, write_documents

INDIVIDUAL = "/crm/partyManagement/v4/individual"
ALARM = "/alarms/alarmManagement/v4/alarm"
COUNT = 45


@pytest.fixture(scope="module")
def systems(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("systems")
    write_documents(folder, "crm", "individual", individuals(COUNT))
    write_documents(folder, "alarms", "alarm", alarms(30))
    return folder


def crm(systems: Path, **quirks: object) -> object:
    return application(systems, {"crm": Quirks(**quirks)}, {})


def identifiers(answer: Answer) -> list[str]:
    return [document["id"] for document in answer.json()]


EXPECTED = [document["id"] for document in individuals(COUNT)]


def test_ideal_list_has_counts_links_and_status(systems: Path) -> None:
    app = crm(systems)
    page = get(app, INDIVIDUAL, offset="10", limit="20")
    assert page.status == 206
    assert identifiers(page) == EXPECTED[10:30]
    assert page.headers["x-total-count"] == str(COUNT)
    assert page.headers["x-result-count"] == "20"
    assert 'offset=30&limit=20>; rel="next"' in page.headers["link"]
    assert 'offset=0&limit=20>; rel="prev"' in page.headers["link"]
    assert page.headers["content-type"] == "application/json;charset=utf-8"
    whole = get(app, INDIVIDUAL, limit="100")
    assert (whole.status, identifiers(whole)) == (200, EXPECTED)
    assert "next" not in whole.headers["link"]


def test_documents_keep_every_character(systems: Path) -> None:
    assert get(crm(systems), f"{INDIVIDUAL}/IND-00007").json() == individuals(COUNT)[7]


@pytest.mark.parametrize(("parameters", "status"), [({"limit": "x"}, 400), ({"offset": "-1"}, 400)])
def test_bad_requests_are_tmf_errors(systems: Path, parameters: dict[str, str], status: int) -> None:
    answer = get(crm(systems), INDIVIDUAL, **parameters)
    assert answer.status == status
    error = answer.json()
    assert error["code"] == str(status) and error["reason"]


def test_unknown_things_are_tmf_errors(systems: Path) -> None:
    app = crm(systems)
    assert get(app, f"{INDIVIDUAL}/NOBODY").json()["code"] == "404"
    assert get(app, "/crm/nothing").json()["code"] == "404"
    assert get(app, INDIVIDUAL, method="POST").json()["code"] == "405"


def test_fields_and_filters(systems: Path) -> None:
    app = crm(systems)
    assert get(app, INDIVIDUAL, fields="givenName", limit="1").json() == [{"id": "IND-00000", "givenName": "Zoë"}]
    assert len(identifiers(get(app, INDIVIDUAL, status="validated"))) == 22
    assert identifiers(get(app, INDIVIDUAL, id="IND-00003,IND-00001")) == ["IND-00001", "IND-00003"]
    nested = {"contactMedium.characteristic.emailAddress": "9@gmx.example"}
    assert identifiers(get(app, INDIVIDUAL, **nested)) == ["IND-00009"]
    assert identifiers(get(app, INDIVIDUAL, birthDate__lt="1960-01-01")) == []
    assert get(app, INDIVIDUAL, status="validated", limit="2").headers["x-total-count"] == "22"


def test_cursor_filter_compares_instants(systems: Path) -> None:
    app = application(systems, {}, {})
    after = (NOON + timedelta(minutes=27)).isoformat()
    assert identifiers(get(app, ALARM, alarmChangedTime__gt=after)) == ["ALM-00028", "ALM-00029"]
    local = (NOON + timedelta(minutes=28)).isoformat().replace("+00:00", "Z")
    assert identifiers(get(app, ALARM, alarmChangedTime__gte=local)) == ["ALM-00028", "ALM-00029"]
    assert len(identifiers(get(app, ALARM, alarmChangedTime__lt=after))) == 27


def test_token(systems: Path) -> None:
    app = application(systems, {}, {"crm": "secret"})
    refused = get(app, INDIVIDUAL)
    assert (refused.status, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert get(app, f"{INDIVIDUAL}/IND-00001", {"Authorization": "Bearer wrong"}).status == 401
    assert get(app, INDIVIDUAL, {"Authorization": "Bearer secret"}).status == 200
    assert get(app, ALARM).status == 200


def test_limit_is_cut_silently(systems: Path) -> None:
    assert len(identifiers(get(crm(systems, maximum_limit=10, default_limit=5), INDIVIDUAL, limit="1000"))) == 10
    assert len(identifiers(get(crm(systems, maximum_limit=10, default_limit=5), INDIVIDUAL))) == 5


@pytest.mark.parametrize(("total", "seen"), [("missing", None), ("unfiltered", "45"), ("page", "3"), ("exact", "22")])
def test_totals(systems: Path, total: str, seen: str | None) -> None:
    answer = get(crm(systems, total=total), INDIVIDUAL, status="validated", limit="3")
    assert answer.headers.get("x-total-count") == seen


def test_wrong_total_is_wrong(systems: Path) -> None:
    app = crm(systems, total="wrong")
    totals = {get(app, INDIVIDUAL, limit="3").headers["x-total-count"] for _ in range(5)}
    assert len(totals) > 1


def test_order_unknown_is_fixed_and_complete(systems: Path) -> None:
    app = crm(systems, order="unknown")
    first = identifiers(get(app, INDIVIDUAL, limit="100"))
    assert first != EXPECTED and sorted(first) == EXPECTED
    assert identifiers(get(app, INDIVIDUAL, limit="100")) == first


@pytest.mark.parametrize("order", ["drifting", "shuffled"])
def test_order_changes_between_requests(systems: Path, order: str) -> None:
    app = crm(systems, order=order)
    answers = [identifiers(get(app, INDIVIDUAL, limit="100")) for _ in range(6)]
    assert all(sorted(answer) == EXPECTED for answer in answers)
    assert len({tuple(answer) for answer in answers}) > 1


def test_overlap_repeats_the_end_of_the_page_before(systems: Path) -> None:
    app = crm(systems, overlap=2)
    assert identifiers(get(app, INDIVIDUAL, offset="10", limit="10")) == EXPECTED[8:18]
    assert identifiers(get(app, INDIVIDUAL, offset="0", limit="10")) == EXPECTED[:10]


def test_repeated_page_comes_right_when_asked_again(systems: Path) -> None:
    app = crm(systems, repeat_every=2)
    pages = [identifiers(get(app, INDIVIDUAL, offset=str(offset), limit="10")) for offset in (0, 10, 10, 20, 20)]
    assert pages[0] == EXPECTED[:10]
    assert EXPECTED[:10] in pages[1:3] or EXPECTED[10:20] in pages[3:]  # a repetition happened
    assert EXPECTED[10:20] in pages[1:3] and EXPECTED[20:30] in pages[3:]


def test_short_pages_in_the_middle(systems: Path) -> None:
    app = crm(systems, short_every=2)
    sizes = {len(identifiers(get(app, INDIVIDUAL, limit="10"))) for _ in range(4)}
    assert sizes == {5, 10}


@pytest.mark.parametrize(
    ("beyond_end", "status", "ids"),
    [("empty", 206, []), ("repeat", 206, EXPECTED[40:]), ("not_found", 404, None)],
)
def test_beyond_the_end(systems: Path, beyond_end: str, status: int, ids: list[str] | None) -> None:
    answer = get(crm(systems, beyond_end=beyond_end), INDIVIDUAL, offset="60", limit="10")
    assert answer.status == status
    if ids is not None:
        assert identifiers(answer) == ids


def test_filters_ignored(systems: Path) -> None:
    assert len(identifiers(get(crm(systems, ignores_filters=True), INDIVIDUAL, status="validated"))) == COUNT


def test_sort_by_id_when_honoured(systems: Path) -> None:
    app = crm(systems, honours_sort=True, order="shuffled")
    assert identifiers(get(app, INDIVIDUAL, limit="100", sort="id")) == EXPECTED
    assert identifiers(get(app, INDIVIDUAL, limit="100", sort="-id")) == EXPECTED[::-1]
    assert get(app, INDIVIDUAL, sort="familyName").status == 400


def test_errors_say_when_to_try_again_and_never_come_twice(systems: Path) -> None:
    app = crm(systems, error_every=3, error_status=429, retry_after_seconds=2)
    answers = [get(app, INDIVIDUAL) for _ in range(9)]
    assert [answer.status for answer in answers].count(429) == 3
    refused = next(answer for answer in answers if answer.status == 429)
    assert refused.headers["retry-after"] == "2" and refused.json()["reason"]
    assert all(not (a.status == b.status == 429) for a, b in itertools.pairwise(answers))


def test_body_breaks_off(systems: Path) -> None:
    app = crm(systems, broken_every=2)
    assert {get(app, INDIVIDUAL).is_broken for _ in range(2)} == {True, False}


@pytest.mark.parametrize(
    ("link", "start"), [("relative", "</crm/"), ("internal_host", "<http://tmf-backend.internal"), ("none", None)]
)
def test_links(systems: Path, link: str, start: str | None) -> None:
    found = get(crm(systems, link=link), INDIVIDUAL, limit="2").headers.get("link")
    assert found is None if start is None else found.startswith(start)


def test_partial_status_200(systems: Path) -> None:
    assert get(crm(systems, partial_status=200), INDIVIDUAL, limit="2").status == 200


def test_version5_documents_are_mixed_in(systems: Path) -> None:
    app = crm(systems, version5_share=0.5)
    documents = get(app, INDIVIDUAL, limit="100").json()
    newer = [document for document in documents if "emailAddress" in document["contactMedium"][0]]
    assert 0 < len(newer) < COUNT
    assert newer[0]["birthDate"] == "1970-01-02T00:00:00.000Z"
    assert newer[0]["contactMedium"][0]["@type"] == "EmailContactMedium"
    again = get(app, f"{INDIVIDUAL}/{newer[0]['id']}").json()
    assert again == newer[0]


def test_version5_shapes() -> None:
    newer = to_version5(
        {
            "id": "R1",
            "place": {"id": "SITE-1", "@referredType": "GeographicSite"},
            "relatedParty": [{"id": "C1", "role": "customer", "@referredType": "Individual"}],
            "resourceCharacteristic": [{"name": "imsi", "value": "1"}],
            "engagedParty": {"id": "I1", "@referredType": "Individual"},
        }
    )
    assert newer["place"][0]["place"]["id"] == "SITE-1"
    assert newer["relatedParty"][0]["partyOrPartyRole"]["id"] == "C1"
    assert newer["relatedParty"][0]["role"] == "customer"
    assert newer["resourceCharacteristic"][0]["@type"] == "StringCharacteristic"
    assert to_version5(newer) == newer
    assert newer["engagedParty"] == {"@type": "PartyRef", "id": "I1", "@referredType": "Individual"}


def test_same_seed_same_answers(systems: Path) -> None:
    habits = {"order": "shuffled", "overlap": 1, "short_every": 3, "error_every": 4, "total": "wrong"}
    runs = []
    for _ in range(2):
        app = crm(systems, seed=5, **habits)
        runs.append([(a.status, a.headers, a.body) for a in (get(app, INDIVIDUAL, offset="10") for _ in range(6))])
    assert runs[0] == runs[1]


def test_profiles_are_checked() -> None:
    assert set(demo_profiles()) == {"crm", "catalog", "orders", "inventory", "alarms"}
    with pytest.raises(ValueError, match="no such quirk for crm: colour"):
        parse_profiles({"crm": {"colour": 1}})
    with pytest.raises(ValueError, match="total must be one of"):
        parse_profiles({"crm": {"total": "maybe"}})


def test_changed_parquet_is_served(tmp_path: Path) -> None:
    write_documents(tmp_path, "crm", "individual", individuals(3))
    app = application(tmp_path, {}, {})
    assert len(get(app, INDIVIDUAL).json()) == 3
    write_documents(tmp_path, "crm", "individual", individuals(5))
    assert len(get(app, INDIVIDUAL).json()) == 5
    assert get(app, ALARM).json() == []


def test_documents_read_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seeds.operator.serve.documents.ROWS_PER_BATCH", 4)
    expected = individuals(11)
    rows = pl.DataFrame(
        {"id": [d["id"] for d in expected], "document": [json.dumps(d) for d in expected], "changed_at": [None] * 11},
        schema_overrides={"changed_at": pl.Datetime("us", "UTC")},
    )
    rows.write_parquet(tmp_path / "some.parquet", row_group_size=7)
    documents = Documents(tmp_path / "some.parquet")
    assert [json.loads(documents.text(position)) for position in range(11)] == expected
    assert documents.find("IND-00010") == 10


def pull(app: object, limit: int) -> set[str]:
    """A patient reader: passes over all pages until three passes in a row bring nothing new."""
    seen: set[str] = set()
    barren = 0
    while barren < 3:
        before = len(seen)
        offset = asked = 0
        while asked < 100:
            asked += 1
            answer = get(app, INDIVIDUAL, offset=str(offset), limit=str(limit))
            if answer.status in (429, 503) or (answer.status < 400 and answer.is_broken):
                continue
            page = identifiers(answer) if answer.status < 400 else []
            if not page or offset > COUNT:
                break
            seen |= set(page)
            offset += len(page)
        barren = barren + 1 if len(seen) == before else 0
    return seen


@pytest.mark.parametrize(
    "habits",
    [
        {"maximum_limit": 7, "default_limit": 7, "total": "missing", "overlap": 3},
        {"order": "unknown", "repeat_every": 3, "beyond_end": "repeat", "total": "wrong"},
        {"order": "drifting", "maximum_limit": 10, "default_limit": 10, "error_every": 5, "broken_every": 7},
        {"short_every": 2, "total": "page", "beyond_end": "not_found", "partial_status": 200, "version5_share": 1.0},
    ],
)
def test_nothing_is_out_of_reach(systems: Path, habits: dict) -> None:
    assert sorted(pull(crm(systems, **habits), 10)) == EXPECTED


def test_demo_profiles_reach_everything(systems: Path) -> None:
    for profile in demo_profiles().values():
        assert sorted(pull(application(systems, {"crm": profile}, {}), 10)) == EXPECTED
