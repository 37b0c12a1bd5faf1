"""The TM Forum connector: what lands, what waits in quarantine, and what is told when a server misbehaves."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from concord.settings import Settings
from ingestion.connectors.json_record import content_hash, follow, split_records
from ingestion.outcomes import History, LoadOutcome
from ingestion.quarantine import read_quarantine
from ingestion.registry import registry
from ingestion.release import release
from tests.ingestion.sources import counted_rows, load, settings_at, source_of_one_entity
from tests.ingestion.transport import ADDRESS, Answer, install, pages

DETAILS: dict[str, Any] = {"base_url": ADDRESS, "backoff_seconds": 0, "attempts": 3, "page_size": 10}


def customer(number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"C{number:04d}", "name": f"N {number}", "engagedParty": {"id": f"P{number}"}, "shoeSize": 44, **more}


def load_customers(settings: Settings, **details: Any) -> LoadOutcome:
    return load(settings, registry()["crm"], {**DETAILS, **details}, "customer")


def ids(settings: Settings, entity: str = "customer", system: str = "crm") -> list[str]:
    return sorted(counted_rows(settings, system, entity)["id"].to_list())


def test_records_land_whole_with_fields_that_nobody_declared(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, pages([customer(n) for n in range(25)]))
    outcome = load_customers(settings)
    assert (outcome.status, outcome.rows) == ("loaded", 25)
    row = counted_rows(settings, "crm", "customer").sort("id").row(3, named=True)
    assert json.loads(row["payload"]) == customer(3)
    assert (row["_source_ref"], row["_source_position"]) == ("/customerManagement/v4/customer", 1)


def test_numbers_keep_their_text(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    text = '{"id":"A","name":"x","priceType":"recurring","price":{"value":0.10000000000000000001,"unit":"EUR"}}'
    install(monkeypatch, lambda path, query: Answer(f"[{text}]".encode() if query["offset"] == "0" else b"[]"))
    load(settings, registry()["catalog"], DETAILS, "product_offering_price")
    assert counted_rows(settings, "catalog", "product_offering_price")["payload"][0] == text


def test_twice_the_same_changes_nothing_even_in_another_order(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [customer(n) for n in range(25)]
    install(monkeypatch, pages(records))
    load_customers(settings)
    install(monkeypatch, pages([dict(reversed(record.items())) for record in reversed(records)]))
    assert load_customers(settings).status == "unchanged"
    assert len(ids(settings)) == 25


def test_what_is_absent_from_a_full_load_is_gone(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, pages([customer(n) for n in range(25)]))
    load_customers(settings)
    install(monkeypatch, pages([customer(n) for n in range(24)]))
    outcome = load_customers(settings)
    assert (outcome.status, outcome.rows) == ("loaded", 24)


@hypothesis_settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    count=st.integers(0, 35),
    cap=st.sampled_from([1, 4, 50]),
    order=st.sampled_from(["stored", "reversing", "shuffled"]),
    total=st.sampled_from(["exact", "missing", "wrong", "nonsense"]),
    beyond=st.sampled_from(["empty", "last", "404", "416", "204"]),
    failure=st.sampled_from([None, "503", "429", "broken"]),
    changes=st.booleans(),
    wrapped=st.booleans(),
)
def test_any_habits_together_lose_nothing_and_take_nothing_twice(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    count: int,
    cap: int,
    order: str,
    total: str,
    beyond: str,
    failure: str | None,
    changes: bool,
    wrapped: bool,
) -> None:
    settings = settings_at(tmp_path_factory.mktemp("lake"))
    requests = 0

    def answer(path: str, query: dict[str, str]) -> Answer:
        nonlocal requests
        requests += 1
        dice = random.Random(f"{count}-{requests}")
        if failure and requests % 3 == 1:
            if failure == "broken":
                return Answer(b'[{"id": "C0')
            return Answer({"code": failure}, int(failure), {"Retry-After": "0"})
        records = [customer(n, version=0) for n in range(count)]
        if changes and count and requests > 2:
            records[0] = customer(0, version=1, lastUpdate="2026-07-02T00:00:00Z")
        if order == "reversing" and requests % 2:
            records.reverse()
        if order == "shuffled":
            dice.shuffle(records)
        offset, limit = int(query["offset"]), min(int(query["limit"]), cap)
        page = records[offset : offset + limit]
        headers = {"exact": str(count), "wrong": str(dice.randrange(50)), "nonsense": "many"}
        if not page and offset and beyond != "empty":
            if beyond.isdigit():
                return Answer({}, int(beyond))
            page = records[-limit:]
        body: Any = {"items": page, "href": "/x"} if wrapped else page
        return Answer(body, 206, {"X-Total-Count": headers[total]} if total in headers else {})

    with monkeypatch.context() as patch:
        install(patch, answer)
        outcome = load_customers(settings)
    assert (outcome.status, outcome.message) == ("loaded", None)
    rows = counted_rows(settings, "crm", "customer")
    expected = [f"C{n:04d}" for n in range(count)]
    assert (sorted(rows["id"].to_list()) if rows.width else []) == expected
    assert outcome.rows == count


def test_the_newest_version_lands_whenever_it_was_sent(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    old = customer(1, name="old", lastUpdate="2026-07-01T00:00:00Z")
    new = customer(1, name="new", lastUpdate="2026-07-02T00:00:00Z")
    others = [customer(n) for n in range(2, 20)]
    # First the new version, then an old one from a replica that lags behind.
    listed = [new, *others[:9], old, *others[9:]]
    install(monkeypatch, pages(listed))
    load_customers(settings)
    rows = counted_rows(settings, "crm", "customer").filter(id="C0001")
    assert [json.loads(text)["name"] for text in rows["payload"]] == ["new"]


@pytest.mark.parametrize(
    ("record", "reason", "detail"),
    [
        ("just text", "bad_row", "no JSON object"),
        (None, "bad_row", "no JSON object"),
        ({"name": "x", "engagedParty": {"id": "1"}}, "bad_row", "no id"),
        ({"id": "", "name": "x", "engagedParty": {"id": "1"}}, "bad_row", "no id"),
        ({"id": "X", "name": 7, "engagedParty": {"id": "1"}}, "type_flip", "customer_name is a JSON number"),
        ({"id": "X", "name": ["x"], "engagedParty": {"id": "1"}}, "type_flip", "JSON array"),
        ({"id": "X", "name": "x"}, "missing_value", "engaged_party_id"),
        (
            {"id": "X", "engagedParty": {"id": "1"}, "validFor": {"startDateTime": "yesterday"}},
            "bad_value",
            "valid_from: 'yesterday'",
        ),
    ],
)
def test_a_bad_record_waits_in_quarantine(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, record: Any, reason: str, detail: str
) -> None:
    install(monkeypatch, pages([*[customer(n) for n in range(12)], record]))
    outcome = load_customers(settings)
    assert (outcome.status, outcome.rows, outcome.quarantined_rows) == ("loaded", 12, 1)
    row = read_quarantine(settings).row(0, named=True)
    assert row["reason"] == reason
    assert detail in row["detail"]
    assert json.loads(row["content"]) == record


def test_an_id_may_be_a_number(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, pages([{**customer(1), "id": 500001}, {**customer(2), "engagedParty": {"id": 7}}]))
    assert load_customers(settings).rows == 2
    assert ids(settings) == ["500001", "C0002"]


def test_a_type_that_flips_in_most_records_refuses_the_load(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, pages([customer(n) for n in range(10)]))
    load_customers(settings)
    install(monkeypatch, pages([customer(n, name={"text": "x"} if n < 6 else "x") for n in range(10)]))
    outcome = load_customers(settings)
    assert (outcome.status, outcome.reason) == ("refused", "type_changed")
    assert "customer_name" in (outcome.message or "")
    assert len(ids(settings)) == 10
    assert not len(read_quarantine(settings))


def alarm(number: int, changed: str | None, **more: Any) -> dict[str, Any]:
    times = {"alarmRaisedTime": "2026-07-01T00:00:00Z", **({"alarmChangedTime": changed} if changed else {})}
    return {"id": f"A{number}", **times, **more}


def load_alarms(settings: Settings, **details: Any) -> LoadOutcome:
    return load(settings, registry()["alarms"], {**DETAILS, **details})


def test_incremental_reads_behind_the_cursor_and_drops_what_has_landed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [alarm(n, f"2026-07-{n + 1:02d}T12:00:00Z") for n in range(20)]
    transport = install(monkeypatch, pages(records))
    first = load_alarms(settings)
    assert (first.status, first.rows, first.cursor_to) == ("loaded", 20, "2026-07-20T12:00:00.000000Z")
    assert all("alarmChangedTime.gt" not in query for query in transport.asked)

    changed = alarm(19, "2026-07-21T09:00:00Z", state="cleared")
    late = alarm(99, "2026-07-20T01:00:00Z")  # committed late, with a time before the cursor
    recent = [records[18], records[19], changed, late]
    transport = install(monkeypatch, pages(recent))
    second = load_alarms(settings)
    assert transport.asked[0]["alarmChangedTime.gt"] == "2026-07-19T12:00:00.000Z"
    assert (second.status, second.rows, second.cursor_to) == ("loaded", 2, "2026-07-21T09:00:00.000000Z")
    assert load_alarms(settings).status == "unchanged"
    assert counted_rows(settings, "alarms", "alarm").height == 22


def test_a_server_that_ignores_the_filter_is_filtered_here(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    records = [alarm(n, f"2026-07-{n + 1:02d}T12:00:00Z") for n in range(20)]
    install(monkeypatch, pages(records))
    load_alarms(settings)
    install(monkeypatch, pages([*records, alarm(50, "2026-07-22T00:00:00Z"), alarm(51, None)]))
    second = load_alarms(settings)
    assert (second.status, second.rows) == ("loaded", 2)
    assert load_alarms(settings).status == "unchanged"


def test_a_server_that_refuses_the_filter_is_read_whole(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    records = [alarm(1, "2026-07-01T12:00:00Z")]
    install(monkeypatch, pages(records))
    load_alarms(settings)
    honest = pages([*records, alarm(2, "2026-07-02T12:00:00Z")])

    def answer(path: str, query: dict[str, str]) -> Answer:
        return Answer({"code": "60"}, 400) if "alarmChangedTime.gt" in query else honest(path, query)

    install(monkeypatch, answer)
    assert load_alarms(settings).rows == 1


def test_a_clock_that_runs_ahead_does_not_move_the_cursor_into_the_future(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, pages([alarm(1, "2999-01-01T00:00:00Z")]))
    outcome = load_alarms(settings)
    assert outcome.cursor_to == outcome.started_at


def test_a_bad_record_in_the_overlap_is_quarantined_once(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, pages([alarm(1, "2026-07-01T12:00:00Z"), alarm(2, "2026-07-01T12:00:00Z", state=3)]))
    assert load_alarms(settings).quarantined_rows == 1
    assert load_alarms(settings).status == "unchanged"
    assert len(read_quarantine(settings)) == 1


def test_a_limit_that_is_refused_is_made_smaller(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = pages([customer(n) for n in range(30)])

    def answer(path: str, query: dict[str, str]) -> Answer:
        return honest(path, query) if int(query["limit"]) <= 20 else Answer({"code": "24"}, 400)

    install(monkeypatch, answer)
    assert load_customers(settings, page_size=1000).rows == 30


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer({}, 401), "unauthorised"),
        (Answer({}, 403), "unauthorised"),
        (Answer({}, 404), "not_found"),
        (Answer({}, 500), "unavailable"),
        (Answer(b"<html>login</html>"), "bad_response"),
        (Answer({"id": "one"}), "bad_response"),
        (Answer(b'[{"id": "x"}] and more'), "bad_response"),
    ],
)
def test_a_server_that_makes_no_sense_fails_and_leaves_the_previous_state(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, answer: Answer, reason: str
) -> None:
    install(monkeypatch, pages([customer(1)]))
    load_customers(settings)
    install(monkeypatch, lambda path, query: answer)
    outcome = load_customers(settings, token="very-secret")
    assert (outcome.status, outcome.reason) == ("failed", reason)
    assert "very-secret" not in outcome.model_dump_json()
    assert ids(settings) == ["C0001"]


@pytest.mark.parametrize("address", ["api.example/crm", "ftp://api.example/crm", "http://"])
def test_an_address_of_no_web_server_is_named(settings: Settings, address: str) -> None:
    outcome = load_customers(settings, base_url=address)
    assert (outcome.status, outcome.reason) == ("failed", "bad_address")
    assert address in (outcome.message or "")


def test_the_token_is_sent(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    transport = install(monkeypatch, pages([customer(1)]))
    load_customers(settings, token="abc")
    assert {headers["Authorization"] for headers in transport.headers} == {"Bearer abc"}


def test_nobody_there(settings: Settings) -> None:
    outcome = load_customers(settings, base_url="http://127.0.0.1:9", attempts=2)
    assert (outcome.status, outcome.reason) == ("failed", "unreachable")
    assert History(settings, "crm", "customer").last_counted is None


def test_version_5_shapes_are_no_fault(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    records = [
        {"id": "1", "birthDate": "1970-01-02T00:00:00.000Z", "contactMedium": [{"@type": "Email"}]},
        {"id": "2", "birthDate": "1970-01-02", "contactMedium": []},
    ]
    install(monkeypatch, pages(records))
    outcome = load(settings, registry()["crm"], DETAILS, "individual")
    assert (outcome.rows, outcome.quarantined_rows) == (2, 0)


def test_keys_of_several_columns(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    source = source_of_one_entity(
        "tmforum",
        {
            "name": "part",
            "mode": "full",
            "from": "/part",
            "key": ["id", "version"],
            "columns": [
                {"name": "id", "path": "$.id", "type": "text"},
                {"name": "version", "path": "$.version", "type": "text"},
            ],
        },
    )
    install(monkeypatch, pages([{"id": "1", "version": "a"}, {"id": "1", "version": "b"}, {"id": "1", "version": "a"}]))
    assert load(settings, source, DETAILS).rows == 2


@pytest.mark.parametrize(
    ("path", "expected"),
    [("$.a.b", 1), ("$['@type']", "T"), ("$.l[1].x", 2), ("$.l[5].x", None), ("$.a.b.c", None), ("$.l.x", None)],
)
def test_paths(path: str, expected: object) -> None:
    assert follow({"a": {"b": 1}, "@type": "T", "l": [{"x": 1}, {"x": 2}]}, path) == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=8,
)


@hypothesis_settings(max_examples=100, deadline=None)
@given(records=st.lists(JSON, max_size=6), space=st.sampled_from(["", " ", "\n\t"]))
def test_splitting_keeps_each_text(records: list[Any], space: str) -> None:
    texts = [json.dumps(record) for record in records]
    body = f"{space}[{space}" + f"{space},{space}".join(texts) + f"{space}]{space}"
    assert [text for _, text in split_records(body)] == texts
    assert [value for value, _ in split_records(body)] == records


def test_the_hash_does_not_depend_on_the_order_of_fields() -> None:
    assert content_hash({"a": 1, "b": {"c": 2, "d": 3}}) == content_hash({"b": {"d": 3, "c": 2}, "a": 1})
    assert content_hash({"a": 1}) != content_hash({"a": "1"})


def test_mostly_bad_records_leave_the_previous_state(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, pages([customer(n) for n in range(30)]))
    load_customers(settings)
    install(monkeypatch, pages([customer(n) if n < 10 else {"name": n} for n in range(30)]))
    outcome = load_customers(settings)
    assert (outcome.status, outcome.reason) == ("refused", "mostly_bad_rows")
    assert len(ids(settings)) == 30


def test_released_records_land_whole_and_once(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Full: the whole with the released record. Incremental: the record alone, unless it has landed by itself."""
    relaxed = {name: source.model_copy(deep=True) for name, source in registry().items()}
    monkeypatch.setattr("ingestion.run.registry", lambda: relaxed)
    odd = {"id": "X", "name": "no party"}
    install(monkeypatch, pages([customer(1), customer(2), odd]))
    assert load_customers(settings).quarantined_rows == 1
    assert release(settings, "crm", "customer").released == 0
    relaxed["crm"].entity("customer").column("engaged_party_id").required = False
    result = release(settings, "crm", "customer")
    assert (result.rows, result.released, result.still_bad) == (1, 1, 0)
    assert result.outcome is not None
    latest = counted_rows(settings, "crm", "customer").filter(_load_id=result.outcome.load_id)
    assert sorted(latest["id"].to_list()) == ["C0001", "C0002", "X"]
    assert release(settings, "crm", "customer").rows == 0

    times = {"alarmChangedTime": "2026-07-01T12:00:00Z"}
    install(
        monkeypatch, pages([alarm(1, **{"changed": times["alarmChangedTime"]}), {"id": "A2", **times}, {"id": "A3"}])
    )
    load_alarms(settings)
    relaxed["alarms"].entity("alarm").column("alarm_raised_at").required = False
    # One of them comes by itself before anybody releases it.
    install(monkeypatch, pages([{"id": "A2", **times}]))
    load(settings, relaxed["alarms"], DETAILS)
    result = release(settings, "alarms", "alarm")
    assert result.released == 1
    assert ids(settings, "alarm", "alarms") == ["A1", "A2", "A3"]
