"""IDs outlive what happens to their records: the rules on cases by name, and what must hold whatever happens.

The project's own SQL, on groupings made up here; how the groups come about is not asked.
"""

from __future__ import annotations

import os
import random
from itertools import pairwise

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.dbt.durable_registry import OPEN_END, Compiled, Registry, compiled_tables

RECORDS = tuple("abcdefg")
# Not shrunk: an example is small enough to read, and takes a moment.
EXAMPLES = settings(
    max_examples=int(os.environ.get("CONCORD_EXAMPLES", "40")),
    deadline=None,
    derandomize=not os.environ.get("CONCORD_EXAMPLES"),
    phases=[Phase.explicit, Phase.generate],
)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    return compiled_tables(tmp_path_factory.mktemp("durable"))


@pytest.fixture
def registry(compiled: Compiled) -> Registry:
    return Registry(compiled)


def test_same_groups_keep_everything_as_it_is(registry: Registry) -> None:
    first = registry.build([("a", "b"), ("c",)])
    before = registry.identity, registry.membership
    assert registry.build([("c",), ("a", "b")], day=5) == first
    assert (registry.identity, registry.membership) == before


def test_a_lost_registry_gives_the_same_ids_again(compiled: Compiled) -> None:
    groups = [("a", "b"), ("c",)]
    assert Registry(compiled).build(groups) == Registry(compiled).build(list(reversed(groups)), day=9)


def test_a_new_senior_system_changes_no_id(registry: Registry) -> None:
    before = registry.build([("a", "b"), ("c",)])
    after = registry.build([("new1", "a", "b"), ("new2", "c")], 1, {"new1": 1, "new2": 1, "a": 900})
    assert {record: after[record] for record in before} == before
    assert (after["new1"], after["new2"]) == (before["a"], before["c"])
    assert registry.stays("new1") == [(before["a"], "joined")]


def test_a_split_after_a_new_source_leaves_the_id_with_the_records_that_had_it_first(registry: Registry) -> None:
    before = registry.build([("a", "b")])
    registry.build([("new", "a", "b")], 1, {"new": 1, "a": 900, "b": 800})
    after = registry.build([("new",), ("a", "b")], 2, {"new": 1, "a": 900, "b": 800})
    assert after["a"] == before["a"] != after["new"]


def test_a_merge_keeps_the_id_that_was_minted_first(registry: Registry) -> None:
    x = registry.build([("b",)])["b"]
    y = registry.build([("b",), ("a",)], day=1)["a"]
    assert registry.build([("a", "b")], day=2) == {"a": x, "b": x}
    standing = registry.standings()
    assert (standing[y].reason, standing[y].is_live, standing[y].resolved_id) == ("merged", False, x)
    assert standing[x].is_live
    assert registry.stays("a") == [(y, "minted"), (x, "merged")]


def test_of_two_minted_together_a_merge_keeps_the_smaller(registry: Registry) -> None:
    ids = registry.build([("a",), ("b",)])
    assert set(registry.build([("b", "a")]).values()) == {min(ids.values())}


def test_a_split_leaves_the_id_with_the_oldest_evidence_and_says_so(registry: Registry) -> None:
    x = registry.build([("a", "b", "c")], 0, {"a": 300, "b": 100, "c": None})["a"]
    after = registry.build([("a", "c"), ("b",)], 1, {"a": 300, "b": 100, "c": None})
    assert after["b"] == x != after["a"] == after["c"]
    standing = registry.standings()
    assert (standing[x].reason, standing[x].is_live) == ("split", True)
    assert (standing[after["a"]].reason, standing[after["a"]].origin_id) == ("split", x)
    assert registry.stays("c") == [(x, "minted"), (after["a"], "split")]


def test_evidence_of_one_age_splits_by_record(registry: Registry) -> None:
    x = registry.build([("c", "b")])["b"]
    assert registry.build([("c",), ("b",)], day=1)["b"] == x


@pytest.mark.parametrize("days", [(1, 2), (0, 0)], ids=["with new loads", "by decisions alone"])
def test_unmerge_gives_the_former_id_back_and_leaves_the_rest_alone(registry: Registry, days: tuple[int, int]) -> None:
    age = {"a": 900, "c": 1}
    before = registry.build([("a", "b"), ("c", "d"), ("e",)], 0, age)
    registry.build([("a", "b", "c", "d"), ("e",)], days[0], age)
    assert registry.build([("a", "b"), ("c", "d"), ("e",)], days[1], age) == before
    restored = {id_: each for id_, each in registry.standings().items() if each.reason == "restored"}
    assert len(restored) == 1
    assert set(restored) < set(before.values())
    assert registry.stays("e") == [(before["e"], "minted")]


def test_unmerge_of_a_chain_gives_each_part_its_own(registry: Registry) -> None:
    before = registry.build([("a",), ("b",), ("c",), ("d",)])
    registry.build([("a", "b"), ("c", "d")], day=1)
    registry.build([("a", "b", "c", "d")], day=2)
    assert registry.build([("a",), ("b",), ("c",), ("d",)], day=3) == before


def test_a_wrong_merge_from_the_first_build_on_is_a_split(registry: Registry) -> None:
    x = registry.build([("a", "b")])["a"]
    after = registry.build([("a",), ("b",)])
    assert after["a"] == x != after["b"]


def test_redirects_of_a_chain_of_merges_lead_in_one_step(registry: Registry) -> None:
    ids = [registry.build([(r,) for r in RECORDS[: n + 1]], day=n)[RECORDS[n]] for n in range(4)]
    registry.build([("a",), ("b",), ("c", "d")], day=5)
    registry.build([("a",), ("b", "c", "d")], day=6)
    registry.build([("a", "b", "c", "d")], day=7)
    assert {registry.standings()[each].resolved_id for each in ids} == {ids[0]}


def test_what_vanishes_is_retired_and_revived_when_it_returns(registry: Registry) -> None:
    x = registry.build([("a", "b"), ("c",)])["a"]
    registry.build([("c",)], day=1)
    gone = registry.standings()[x]
    assert (gone.reason, gone.is_live, gone.resolved_id) == ("retired", False, x)
    assert [row["is_current"] for row in registry.membership if row["entity_id"] == x] == [False, False]
    assert registry.build([("b",), ("c",)], day=2)["b"] == x
    assert registry.standings()[x].reason == "revived"
    assert registry.stays("b") == [(x, "minted"), (x, "returned")]


def test_records_that_vanish_one_by_one_still_revive(registry: Registry) -> None:
    x = registry.build([("a", "b")])["a"]
    registry.build([("b",)], day=1)
    registry.build([], day=2)
    assert registry.build([("a",)], day=3)["a"] == x


def test_what_returns_within_another_customer_leads_there(registry: Registry) -> None:
    ids = registry.build([("a",), ("b",)])
    registry.build([("b",)], day=1)
    assert registry.build([("a", "b")], day=2) == {"a": ids["b"], "b": ids["b"]}
    assert registry.standings()[ids["a"]].resolved_id == ids["b"]


def test_a_merged_id_follows_its_successor_when_all_of_its_own_records_are_gone(registry: Registry) -> None:
    x = registry.build([("a",)])["a"]
    y = registry.build([("a",), ("b",)], day=1)["b"]
    registry.build([("a", "b")], day=2)
    registry.build([("a",)], day=3)
    assert registry.standings()[y].resolved_id == x
    z = registry.build([("a",), ("c",)], day=4)["c"]
    assert registry.build([("c",)], day=5)["c"] == z
    assert (registry.standings()[y].resolved_id, registry.standings()[x].reason) == (x, "retired")


def test_a_record_that_moves_takes_no_id_along(registry: Registry) -> None:
    age = {"a": 100, "b": 200, "c": 300}
    before = registry.build([("a", "b"), ("c",)], 0, age)
    after = registry.build([("a",), ("c", "b")], 1, age)
    assert (after["a"], after["b"], after["c"]) == (before["a"], before["c"], before["c"])
    assert registry.stays("b")[-1] == (before["c"], "moved")


def test_two_customers_that_exchange_members_keep_their_ids(registry: Registry) -> None:
    age = {"a": 100, "b": 200, "c": 100, "d": 200}
    before = registry.build([("a", "b"), ("c", "d")], 0, age)
    after = registry.build([("a", "d"), ("c", "b")], 1, age)
    assert (after["a"], after["c"]) == (before["a"], before["c"])
    assert (after["d"], after["b"]) == (before["a"], before["c"])


def test_merge_and_split_in_one_build(registry: Registry) -> None:
    age = {"a": 100, "b": 200, "c": 300}
    x = registry.build([("a", "b")], 0, age)["a"]
    y = registry.build([("a", "b"), ("c",)], 1, age)["c"]
    after = registry.build([("c", "a"), ("b",)], 2, age)
    assert (after["a"], after["c"]) == (x, x)
    assert after["b"] not in (x, y)
    assert registry.standings()[y].resolved_id == x
    assert registry.standings()[after["b"]].origin_id == x


def test_an_id_once_minted_is_never_given_to_another_group(registry: Registry) -> None:
    # a's name made the ID; it went with b, so that a alone needs another one.
    x = registry.build([("a", "b")], 0, {"a": 2, "b": 1})["a"]
    after = registry.build([("a",), ("b",)], 1, {"a": 2, "b": 1})
    assert after["b"] == x != after["a"]


def test_a_build_of_an_earlier_instant_shows_the_past_and_changes_nothing(registry: Registry) -> None:
    first = registry.build([("a",), ("b",)])
    registry.build([("a", "b")], day=3)
    present = registry.build([("a", "b"), ("c",)], day=5)
    before = registry.identity, registry.membership
    assert registry.build([("a",), ("b",)], day=1, is_past_rebuild=True) == first
    assert {each.reason for each in registry.standings().values()} == {"minted"}
    assert all(row["valid_to"] == OPEN_END for row in registry.identity + registry.membership)
    assert registry.build([("a", "b"), ("c",)], day=5) == present
    assert (registry.identity, registry.membership) == before


# What must hold whatever happens


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[tuple[list[tuple[str, ...]], int]], dict[str, int | None]]:
    """Some states of the world in turn, each with its day, and since when each record is known."""
    known_since = {record: draw(st.sampled_from([None, 1, 2, 3])) for record in RECORDS}
    states, day = [], 0
    for _ in range(draw(st.integers(2, 5))):
        day += draw(st.integers(0, 1))
        states.append((draw(groupings()), day))
    return states, known_since


@st.composite
def groupings(draw: st.DrawFn) -> list[tuple[str, ...]]:
    """Some records in some groups, the most senior of each group first, in any order."""
    groups: dict[int, list[str]] = {}
    for record in draw(st.permutations(RECORDS)):
        label = draw(st.integers(-1, 4))
        if label >= 0:
            groups.setdefault(label, []).append(record)
    return [tuple(members) for members in groups.values()]


@EXAMPLES
@given(worlds())
def test_whatever_happens(compiled: Compiled, world) -> None:
    states, known_since = world
    registry = Registry(compiled)
    seen: dict[frozenset[str], str] = {}
    ever: set[str] = set()
    history: list[dict] = []
    for groups, day in states:
        ids = registry.build(groups, day, known_since)
        now = {frozenset(group): ids[group[0]] for group in groups}
        # Each group has one ID, and no two groups share one.
        assert set(ids) == {record for group in groups for record in group}
        assert all(ids[record] == now[group] for group in now for record in group)
        assert len(set(now.values())) == len(now)
        # A group that nothing happened to keeps its ID.
        assert all(seen.get(group, id_) == id_ for group, id_ in now.items())
        # Every ID ever seen resolves, in one step, to one that is live or retired.
        ever |= set(now.values())
        standing = registry.standings()
        assert set(standing) == ever
        for id_, each in standing.items():
            assert each.is_live == (id_ in now.values())
            assert standing[each.resolved_id].resolved_id == each.resolved_id
            assert each.is_live <= (each.resolved_id == id_)
            assert standing[each.resolved_id].is_live or standing[each.resolved_id].reason == "retired"
        # History only grows: a row ends, and is otherwise as it was.
        assert _without_ends(history) <= _without_ends(registry.membership)
        _check_intervals(registry.membership, "record_id")
        _check_intervals(registry.identity, "entity_id")
        history, seen = registry.membership, now
        # The same again, with new loads and in another order, changes nothing.
        before = registry.identity, registry.membership
        shuffled = list(groups)
        random.Random(day).shuffle(shuffled)
        assert registry.build(shuffled, day, known_since) == ids
        assert (registry.identity, registry.membership) == before


@EXAMPLES
@given(worlds(), st.data())
def test_a_merge_that_is_undone_never_was(compiled: Compiled, world, data: st.DataObject) -> None:
    """Every group has the ID that it had, whatever happened before."""
    registry, groups, day, known_since, before = _after(compiled, world)
    labels = [data.draw(st.integers(0, 2)) for _ in groups]
    joined = [
        sum((group for group, own in zip(groups, labels, strict=True) if own == each), ())
        for each in sorted(set(labels))
    ]
    registry.build(joined, day, known_since)
    assert registry.build(groups, day, known_since) == before


@EXAMPLES
@given(worlds(), st.data())
def test_a_split_that_is_undone_never_was(compiled: Compiled, world, data: st.DataObject) -> None:
    """Every group has the ID that it had, unless a part got a former ID back: then the older of the two IDs stays."""
    registry, groups, day, known_since, before = _after(compiled, world)
    ever = set(registry.standings())
    parts = [part for group in groups for part in _parts(group, data)]
    new = set(registry.build(parts, day, known_since).values()) - set(before.values())
    after = registry.build(groups, day, known_since)
    assert after == before or new & ever


def _after(compiled: Compiled, world) -> tuple:
    """The registry after some builds, the last of them, and its IDs."""
    states, known_since = world
    registry = Registry(compiled)
    for groups, day in states:
        ids = registry.build(groups, day, known_since)
    return registry, groups, day, known_since, ids


def _parts(group: tuple[str, ...], data: st.DataObject) -> list[tuple[str, ...]]:
    cut = data.draw(st.integers(0, len(group)))
    return [part for part in (group[:cut], group[cut:]) if part]


def _without_ends(rows: list[dict]) -> set[tuple]:
    return {(row["record_id"], row["entity_id"], row["valid_from"], row["reason"], row["revision"]) for row in rows}


def _check_intervals(rows: list[dict], key: str) -> None:
    by_key: dict[str, list[dict]] = {}
    for row in sorted(rows, key=lambda row: row["revision"]):
        by_key.setdefault(row[key], []).append(row)
    for own in by_key.values():
        assert len({row["revision"] for row in own}) == len(own)
        for earlier, later in pairwise(own):
            assert earlier["valid_from"] <= earlier["valid_to"] <= later["valid_from"]
