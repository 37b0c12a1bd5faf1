"""What makes a load count: records, holds, orphans, locks, and loads that are killed at any moment."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from concord.settings import Settings
from ingestion.extraction import Extraction, LoadContext
from ingestion.fields import extracted_schema, raw_schema
from ingestion.guards import ContentHash, LoadRefused, without_secrets
from ingestion.hashing import HashSet, halves, md5_of_texts
from ingestion.landing import ensure_schema, land
from ingestion.outcomes import History, LoadOutcome, holds_folder, read_outcomes, records_folder
from ingestion.quarantine import read_quarantine
from ingestion.registry import registry
from ingestion.scratch import entity_lock, scratch_folder, sweep_scratch
from tests.ingestion.sources import counted_rows, load, settings_at, source_of_one_entity, usage_source, write_usage

COLUMNS = [{"name": "a", "type": "integer", "required": True}, {"name": "b__c", "type": "text"}]
SOURCE = source_of_one_entity(
    "sql", {"name": "thing", "mode": "full", "from": "thing", "key": ["a"], "columns": COLUMNS}
)


def table(numbers: list[int]) -> pa.Table:
    hashes = md5_of_texts(pl.Series([str(number) for number in numbers], dtype=pl.String)).to_arrow()
    size = len(numbers)
    columns = [numbers, ["x"] * size, ["thing"] * size, [None] * size, hashes]
    return pa.table(dict(zip(extracted_schema(SOURCE, SOURCE.entities[0]).names, columns, strict=True))).cast(
        extracted_schema(SOURCE, SOURCE.entities[0])
    )


def load_numbers(
    settings: Settings, *batches: list[int], bad: tuple[str, ...] = (), problem: Exception | None = None
) -> LoadOutcome:
    def extract(context: LoadContext) -> Extraction:
        extraction = Extraction(batches=iter(()))

        def rows() -> Iterator[pa.Table]:
            for batch in batches:
                yield table(batch)
            for content in bad:
                extraction.quarantine.add("thing", 1, "bad_value", None, content)
            if problem:
                raise problem

        extraction.batches = rows()
        return extraction

    return land(settings, SOURCE, SOURCE.entities[0], {}, extract)[0]


def numbers(settings: Settings) -> list[int]:
    """As a reader sees a full entity: the rows of the latest counted load."""
    last = History(settings, "sample", "thing").last_counted
    rows = counted_rows(settings, "sample", "thing")
    return sorted(rows.filter(pl.col("_load_id") == last.load_id)["a"].to_list()) if last else []


def test_columns_keep_their_names_and_types(settings: Settings) -> None:
    outcome = load_numbers(settings, [1, 2], [3])
    path = settings.raw / outcome.data_files[0]
    assert pq.read_schema(path).remove_metadata().equals(raw_schema(SOURCE, SOURCE.entities[0]))
    assert path.parent.name == f"load_date={outcome.started_at[:10]}"
    assert outcome.bytes == path.stat().st_size
    assert sorted(p.name for p in (settings.raw / "sample").iterdir()) == ["_loads", "thing"]
    assert list((settings.lake_folder / "scratch").iterdir()) == []


def test_equal_content_in_another_order_is_unchanged(settings: Settings) -> None:
    load_numbers(settings, [1, 2, 3])
    outcome = load_numbers(settings, [3], [2, 1])
    assert (outcome.status, outcome.rows, outcome.data_files) == ("unchanged", 0, [])
    assert load_numbers(settings, [3, 2, 4]).status == "loaded"
    assert numbers(settings) == [2, 3, 4]


def test_an_empty_source_is_a_load_of_no_rows(settings: Settings) -> None:
    assert load_numbers(settings).status == "loaded"
    assert load_numbers(settings).status == "unchanged"
    assert load_numbers(settings, [1]).status == "loaded"
    assert load_numbers(settings).reason == "shrunk"


def test_quarantine_alone_is_news_and_counts_in_the_comparison(settings: Settings) -> None:
    load_numbers(settings, [1])
    assert load_numbers(settings, [1], bad=("x",)).quarantined_rows == 1
    assert load_numbers(settings, [1], bad=("x",)).status == "unchanged"
    assert load_numbers(settings, [1], bad=("y",)).status == "loaded"


@pytest.mark.parametrize("problem", [LoadRefused("type_changed", "no"), RuntimeError("broken\npassword=abc")])
def test_a_problem_midway_leaves_the_previous_state(settings: Settings, problem: Exception) -> None:
    load_numbers(settings, [1, 2])
    outcome = load_numbers(settings, [7] * 150_000, [8], bad=("x",), problem=problem)
    assert outcome.status == ("refused" if isinstance(problem, LoadRefused) else "failed")
    assert outcome.reason == ("type_changed" if isinstance(problem, LoadRefused) else "error")
    assert numbers(settings) == [1, 2]
    assert not len(read_quarantine(settings))
    assert len(list((settings.raw / "sample" / "thing").glob("load_date=2*/*.parquet"))) == 1


def test_a_hold_takes_a_load_out_again_and_its_cursor(settings: Settings) -> None:
    load_numbers(settings, [1, 2])
    second = load_numbers(settings, [1, 2, 3])
    hold = holds_folder(settings, "sample", "thing") / f"{second.load_id}.json"
    hold.parent.mkdir(parents=True)
    hold.write_text("{}")
    assert numbers(settings) == [1, 2]
    assert read_outcomes(settings)["is_held"].to_list() == [False, True]
    assert load_numbers(settings, [1, 2]).status == "unchanged"


def test_orphans_never_count_and_the_next_load_sweeps_them(settings: Settings) -> None:
    first = load_numbers(settings, [1, 2])
    kept = settings.raw / first.data_files[0]
    orphan = kept.with_name("9.orphan.parquet")
    orphan.write_bytes(kept.read_bytes())
    stray = settings.raw / "sample" / "_quarantine" / "thing" / "20990101T000000000000Z.parquet"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"half")
    assert load_numbers(settings, [1, 2]).status == "unchanged"
    assert orphan.exists()
    load_numbers(settings, [1, 2, 3])
    assert not orphan.exists()
    assert not stray.exists()
    assert kept.exists()
    assert numbers(settings) == [1, 2, 3]


def test_half_written_records_are_no_records(settings: Settings) -> None:
    load_numbers(settings, [1])
    folder = records_folder(settings, "sample", "thing")
    (folder / ".20990101T000000000000Z.json.1.tmp").write_text('{"status": "loaded"')
    (folder / "20000101T000000000000Z.json").write_text('{"status": "loaded"')
    assert numbers(settings) == [1]
    assert read_outcomes(settings).height == 1


def test_load_ids_grow_even_when_the_clock_goes_back(settings: Settings) -> None:
    first = load_numbers(settings, [1])
    folder = records_folder(settings, "sample", "thing")
    ahead = first.model_copy(update={"load_id": "29990101T000000000000Z"})
    (folder / f"{ahead.load_id}.json").write_text(ahead.model_dump_json())
    assert load_numbers(settings, [2]).load_id > ahead.load_id


def test_two_loads_of_one_entity_do_not_meet(settings: Settings) -> None:
    with entity_lock(settings, "sample", "thing"):
        outcome = land(
            settings, SOURCE, SOURCE.entities[0], {}, lambda _: Extraction(batches=iter(())), lock_wait_seconds=0.2
        )[0]
    assert (outcome.status, outcome.reason) == ("failed", "busy")


def test_scratch_of_the_living_stays_and_of_the_dead_goes(settings: Settings) -> None:
    dead = settings.lake_folder / "scratch" / "ingest-dead"
    dead.mkdir(parents=True)
    (dead / ".lock").touch()
    (dead / "rows.arrow").write_bytes(b"x")
    with scratch_folder(settings) as living:
        sweep_scratch(settings)
        assert living.exists()
        assert not dead.exists()
    assert not living.exists()


def test_every_entity_reads_as_no_rows_before_its_first_load(settings: Settings) -> None:
    ensure_schema(settings)
    ensure_schema(settings)
    for source in registry().values():
        for entity in source.entities:
            files = list((settings.raw / source.system / entity.name).rglob("*.parquet"))
            assert [file.parent.name for file in files] == ["load_date=1900-01-01"]
            assert pq.read_schema(files[0]).equals(raw_schema(source, entity))
            assert pq.read_metadata(files[0]).num_rows == 0


def test_outcomes_as_rows(settings: Settings) -> None:
    assert read_outcomes(settings).height == 0
    load_numbers(settings, [1])
    load_numbers(settings, problem=LoadRefused("shrunk", "less", "accept it"))
    rows = read_outcomes(settings)
    assert rows["status"].to_list() == ["loaded", "refused"]
    assert rows["finished_at"].dtype == pl.Datetime("us", "UTC")
    assert rows.row(1, named=True)["hint"] == "accept it"


# What takes long to import is imported before the clock runs, so that the kill hits the load.
CHILD = """
import sys
from pathlib import Path
import dlt
import ingestion.connectors.delimited
from tests.ingestion.sources import load, settings_at, usage_source
settings = settings_at(Path(sys.argv[1]))
print("ready", flush=True)
outcome = load(settings, usage_source(), {"folder": sys.argv[2]}, "usage_event")
print(outcome.status, flush=True)
"""


def test_killed_at_any_moment_the_lake_holds_the_old_state_or_the_new(tmp_path: Path) -> None:
    settings = settings_at(tmp_path)
    files = tmp_path / "files"
    dice = random.Random(int(os.environ.get("CONCORD_FRESH_SEED", "7")))
    whole = _seconds_of_a_load(tmp_path)
    killed = 0
    for attempt in range(1, 9):
        write_usage(files, attempt, day=attempt)
        before = _keys(settings)
        process = _child(tmp_path, files)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(dice.uniform(0, whole * 1.1))
        process.send_signal(signal.SIGKILL)
        process.wait()
        killed += "loaded" not in process.stdout.read()
        process.stdout.close()
        now = _keys(settings)
        everything = {(number, record) for number in range(1, attempt + 1) for record in (1, 2)}
        assert now in (before, everything)
        # Whatever lies under a name that readers look at is a whole Parquet file.
        for path in (settings.raw / "usage").rglob("*.parquet"):
            pq.read_metadata(path)
    assert killed, "no attempt was killed in time: the test shows nothing"
    write_usage(files, 99, day=30)
    assert load(settings, usage_source(), {"folder": str(files)}, "usage_event").status == "loaded"
    assert _keys(settings) == {(number, record) for number in (*range(1, 9), 99) for record in (1, 2)}
    assert list((settings.lake_folder / "scratch").glob("ingest-*/*")) == []
    counted = {name for record in History(settings, "usage", "usage_event").counted for name in record.data_files}
    found = {
        p.relative_to(settings.raw).as_posix() for p in (settings.raw / "usage" / "usage_event").rglob("*.parquet")
    }
    assert {name for name in found if "1900-01-01" not in name} == counted


def _child(folder: Path, files: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder), str(files)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def _seconds_of_a_load(folder: Path) -> float:
    """How long such a child loads, from ready to done, on this machine now."""
    write_usage(folder / "warm" / "files", 1)
    process = _child(folder / "warm", folder / "warm" / "files")
    assert process.stdout is not None
    process.stdout.readline()
    start = time.monotonic()
    assert "loaded" in process.stdout.read()
    process.wait()
    process.stdout.close()
    return time.monotonic() - start


def _keys(settings: Settings) -> set[tuple[int, int]]:
    rows = counted_rows(settings, "usage", "usage_event")
    pairs = list(rows.select("file_sequence", "record_sequence").iter_rows()) if rows.width else []
    assert len(pairs) == len(set(pairs)), "something landed twice"
    return set(pairs)


def test_hashes() -> None:
    import hashlib

    texts = pl.Series(["", "a", "ä" * 50, "line\nfeed"])
    hashes = md5_of_texts(texts)
    assert hashes.to_list() == [hashlib.md5(text.encode()).hexdigest() for text in texts]
    arrow = pa.chunked_array([hashes.to_arrow().cast(pa.string())])
    assert halves(arrow.slice(2)).tolist() == halves(arrow).tolist()[2:]
    known = HashSet(arrow.slice(0, 2))
    assert known.contains(arrow).tolist() == [True, True, False, False]
    assert len(known) == 2
    one, other = ContentHash(), ContentHash()
    one.add(arrow)
    other.add(arrow.slice(2))
    other.add(arrow.slice(0, 2))
    assert one.text() == other.text()
    other.add(arrow.slice(0, 1))
    assert one.text() != other.text()


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://u:geheim@h/d",
        "postgresql://u:ge:heim@h/d",
        "host=h password=geheim user=u",
        "host=h password='geheim x' user=u",
        r"host=h password='x\' geheim' user=u",
        "https://h/p?token=geheim&x=1",
    ],
)
def test_secrets_are_blotted_out_by_their_form(text: str) -> None:
    shown = without_secrets(f"cannot connect to {text}: refused")
    assert "geheim" not in shown and "heim" not in shown
    assert shown.startswith("cannot connect to ") and shown.endswith(": refused")
