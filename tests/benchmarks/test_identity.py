"""The identity benchmark's own parts: what it feeds the linker, how it counts, and that a missed limit is noticed."""

from __future__ import annotations

import io
import json
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from benchmarks import process
from benchmarks.identity import changes, linking, scale, splink_alone, stability, synthetic
from benchmarks.identity.records import SCHEMA, clusters, complete
from benchmarks.report import Report

RECORDS = 5_000


def report() -> Report:
    return Report(console=Console(file=io.StringIO()))


def test_a_limit_holds_at_its_value_and_is_missed_beyond_it_or_when_nothing_was_measured() -> None:
    page = report()
    page.least("recall", 0.97, 0.97)
    page.most("seconds", 600, 600)
    assert (page.held, page.missed) == (2, [])
    page.least("recall", 0.9699, 0.97)
    page.most("ratio", 1.31, 1.3)
    page.least("F1", None, 0.98)
    assert page.missed == [
        "recall: 0.9699, wanted at least 0.97",
        "ratio: 1.31, wanted at most 1.3",
        "F1: nothing measured, wanted at least 0.98",
    ]


def test_chains_of_pairs_are_one_cluster_and_the_rest_stand_alone() -> None:
    found = clusters(pl.Series(["a", "b", "c", "d", "e"]), pl.Series(["a", "c", "b"]), pl.Series(["b", "d", "d"]))
    assert found[0] == found[1] == found[2] == found[3] != found[4]
    assert (
        clusters(pl.Series(["a", "b"]), pl.Series([], dtype=pl.String), pl.Series([], dtype=pl.String)).n_unique() == 2
    )


def test_a_pair_of_an_unknown_record_is_no_silent_loss() -> None:
    with pytest.raises(ValueError, match="1 pairs name a record"):
        clusters(pl.Series(["a"]), pl.Series(["a"]), pl.Series(["z"]))


def test_columns_that_a_data_set_lacks_are_null() -> None:
    frame = complete(pl.DataFrame({"record_id": ["1"], "system": ["x"], "party_type": ["person"]}))
    assert frame.schema == pl.Schema(SCHEMA)
    assert frame["emails"].to_list() == [None]


def test_synthetic_records_are_as_many_as_asked_the_same_each_time_and_of_three_systems() -> None:
    made = synthetic.generate(RECORDS, seed=3)
    assert made.records.equals(synthetic.generate(RECORDS, seed=3).records)
    assert not made.records.equals(synthetic.generate(RECORDS, seed=4).records)
    assert len(made.records) == len(made.truth) == made.records["record_id"].n_unique() == RECORDS
    assert set(made.records["system"]) == set(synthetic.SYSTEMS)
    assert made.records.schema == pl.Schema(SCHEMA)
    # About two records a party, spelt differently: linking them must be work, and possible.
    assert 0.4 < made.truth.n_unique() / RECORDS < 0.6
    together = made.records.with_columns(made.truth.alias("party")).group_by("party").agg(pl.col("phones").n_unique())
    assert (together["phones"] > 1).mean() > 0.3


def test_a_changed_day_has_so_many_new_and_changed_records_and_all_others_as_they_were() -> None:
    before = synthetic.generate(RECORDS, seed=3).records
    after, touched = changes.change_records(before, changed=0.005, added=0.005, seed=1)
    assert (len(after), touched) == (RECORDS + 25, 50)
    assert after.schema == before.schema
    same = after.join(before, on="record_id", how="semi")
    assert set(before["record_id"]) == set(same["record_id"])
    text = [pl.col(name).list.join("|") if name in ("emails", "phones") else pl.col(name) for name in before.columns]
    differing = same.select(text).join(before.select(text), on=before.columns, how="anti", nulls_equal=True)
    assert 10 <= len(differing) <= 25  # what a record doesn't have can't change


def test_stability_tells_untouched_clusters_from_touched_ones() -> None:
    before = _customers(a="1", b="1", c="2", d="3", e="4", gone="5")
    after = _customers(a="1", b="1", c="9", d="3", e="3", new="2")
    rows = stability.compare(before, after, _keys("b"))
    counts = {row["what"]: (row["records"], row["kept"]) for row in rows.to_dicts()}
    # Nothing of c, d and e changed: that c lost its ID to a new record, and e its own to d's, is the platform's doing.
    assert counts == {
        stability.TOUCHED: (1, 1),
        stability.NEIGHBOUR: (1, 1),
        stability.UNTOUCHED_CLUSTER: (3, 1),
    }


def _customers(**ids: str) -> pl.DataFrame:
    return _keys(*ids).with_columns(customer_id=pl.Series(list(ids.values())))


def _keys(*keys: str) -> pl.DataFrame:
    return pl.DataFrame({"system": "crm", "entity": "customer", "source_key": list(keys)})


def test_an_operator_changes_in_all_three_systems_and_says_where(tmp_path: Path) -> None:
    _tiny_operator(tmp_path / "operator")
    changed = changes.change_operator(tmp_path / "operator", tmp_path / "later", share=0.5, seed=1)
    assert changed["system"].value_counts().rows_by_key("system") == {
        "billing": [(2,)],
        "crm": [(2,)],
        "crm_fixed": [(2,)],
    }
    for system, file, key in (
        ("billing", "account", "account_id"),
        ("crm", "individual", "id"),
        ("crm_fixed", "customer", "customer_no"),
    ):
        before, after = (
            pl.read_parquet(tmp_path / place / "systems" / system / f"{file}.parquet")
            for place in ("operator", "later")
        )
        assert before.schema == after.schema
        assert len(after) == len(before) * (2 if system == "crm_fixed" else 1)  # the next nightly dump comes on top
        differing = after.drop("file_date", strict=False).join(
            before.drop("file_date", strict=False), on=[name for name in before.columns if name != "file_date"],
            how="anti", nulls_equal=True,
        )  # fmt: skip
        names = set(changed.filter(pl.col("system") == system)["source_key"])
        assert {name.replace("I", "C") for name in differing[key]} == names


def _tiny_operator(folder: Path) -> None:
    people = [("Hans", "Meier"), ("Ida", "Wolf"), ("Jo", "Kern"), ("Lea", "Graf")]
    contact = {"email": "{}@x.example", "phone": "0151{}", "street": "Weg {}", "postcode": "1000{}"}
    filled = [{name: text.format(place) for name, text in contact.items()} for place in range(len(people))]
    systems = folder / "systems"
    day = pl.date(2026, 7, 1)
    accounts = pl.DataFrame(filled).with_columns(
        account_id=pl.Series([f"A{place}" for place in range(4)]),
        account_name=pl.Series([f"{family}, {given}" for given, family in people]),
        account_type=pl.lit("P"),
        updated_at=pl.datetime(2026, 7, 1, time_zone="UTC"),
    )
    dump = pl.DataFrame(filled).with_columns(
        customer_no=pl.Series([f"K{place}" for place in range(4)]),
        family_name=pl.Series([family for _, family in people]),
        file_date=day,
    )
    documents = [
        json.dumps(
            {
                "familyName": family,
                "contactMedium": [
                    {"characteristic": {"emailAddress": own["email"]}},
                    {"phoneNumber": own["phone"]},
                    {"characteristic": {"street1": own["street"], "postCode": own["postcode"]}},
                ],
            }
        )
        for (_, family), own in zip(people, filled, strict=True)
    ]
    roles = [json.dumps({"engagedParty": {"id": f"I{place}"}}) for place in range(4)]
    frames = {
        "billing/account": accounts,
        "crm/individual": pl.DataFrame({"id": [f"I{place}" for place in range(4)], "document": documents}),
        "crm/organization": pl.DataFrame({"id": [], "document": []}, schema={"id": pl.String, "document": pl.String}),
        "crm/customer": pl.DataFrame({"id": [f"C{place}" for place in range(4)], "document": roles}),
        "crm_fixed/customer": dump,
        "crm_fixed/product": pl.DataFrame({"contract_no": ["V1"]}).with_columns(file_date=day),
    }
    for name, frame in frames.items():
        file = systems / f"{name}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(file)


def allocate(megabytes: int) -> dict[str, float]:
    """What the next test has another process do."""
    block = bytearray(megabytes * 2**20)
    return {"seconds": 0.0, "size": len(block)}


def test_a_measured_task_answers_with_the_peak_of_its_own_process() -> None:
    small, large = (process.measured("tests.benchmarks.test_identity:allocate", megabytes=size) for size in (1, 400))
    assert large["size"] == 400 * 2**20
    assert 380 < large["megabytes"] - small["megabytes"] < 450


def test_a_measured_task_that_fails_says_why() -> None:
    with pytest.raises(SystemExit, match="missing 1 required positional argument"):
        process.measured("tests.benchmarks.test_identity:allocate")


def test_tasks_take_turns_and_the_best_run_counts_with_the_most_memory() -> None:
    calls: list[str] = []

    def task(name: str, seconds: list[float]) -> dict[str, float]:
        calls.append(name)
        return {"seconds": seconds.pop(0), "megabytes": 10 - len(seconds)}

    ours, theirs = [3.0, 2.0], [1.0, 4.0]
    runs = process.alternately(2, {"ours": lambda: task("ours", ours), "theirs": lambda: task("theirs", theirs)})
    assert calls == ["ours", "theirs", "ours", "theirs"]
    assert process.best(runs["ours"]) == {"seconds": 2.0, "megabytes": 10}
    assert process.best(runs["theirs"]) == {"seconds": 1.0, "megabytes": 10}


def test_each_part_of_a_linking_counts_with_the_least_that_it_took() -> None:
    one = {"train_seconds": 3.0, "pairs_seconds": 1.0, "seconds": 4.0, "scored_pairs": 9, "megabytes": 5.0}
    other = {"train_seconds": 2.5, "pairs_seconds": 2.0, "seconds": 4.5, "scored_pairs": 9, "megabytes": 7.0}
    assert scale.least([one, other]) == {
        "train_seconds": 2.5, "pairs_seconds": 1.0, "seconds": 4.0, "scored_pairs": 9, "megabytes": 7.0,
    }  # fmt: skip


def test_splink_alone_trains_and_scores_the_very_pairs_that_the_linker_does(tmp_path: Path) -> None:
    synthetic.write(3_000, 5, str(tmp_path))
    ours = linking.measure(str(tmp_path))
    splink_alone.prepare(str(tmp_path))
    alone = splink_alone.measure(str(tmp_path))
    assert alone["scored_pairs"] == ours["scored_pairs"] > 1_000
    assert alone["kept_pairs"] == ours["kept_pairs"] > 500
    assert 0 < alone["train_seconds"] < alone["seconds"]
    assert ours["seconds"] == ours["features_seconds"] + ours["train_seconds"] + ours["pairs_seconds"]
