"""Publication seen from other processes: killed writers, readers meanwhile."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

from concord.published import publish
from tests.concord.lakes import build, read, settings_in

# Two tables that always agree in any published state, and are large enough for a publication to take a while.
ROWS = 300_000
PUBLISH = textwrap.dedent("""
    import sys
    from pathlib import Path
    from concord.published import publish
    from tests.concord.lakes import settings_in
    print("ready", flush=True)
    publish(settings_in(Path(sys.argv[1])))
    print("done", flush=True)
""")
READ = textwrap.dedent("""
    import sys
    from pathlib import Path
    from tests.concord.lakes import read, settings_in
    settings = settings_in(Path(sys.argv[1]))
    stop = Path(sys.argv[1]) / "stop"
    query = (
        "select (select min(version) from core.fct_a), (select max(version) from core.fct_a), (select count(*)"
        " from core.fct_a), (select min(version) from marts_x.b), (select max(version) from marts_x.b)"
    )
    seen, reads = set(), 0
    print("ready", flush=True)
    while not stop.exists() or not reads:
        low, high, rows, other_low, other_high = read(settings, query)[0]
        assert low == high == other_low == other_high, (low, high, other_low, other_high)
        assert rows == int(sys.argv[2]), rows
        seen.add(low)
        reads += 1
    print(reads, sorted(seen), flush=True)
""")


def make_version(settings, version: int) -> None:
    build(
        settings,
        "create schema if not exists core",
        "create schema if not exists marts_x",
        f"create or replace table core.fct_a as select i, {version} as version, md5(i::varchar) as text"
        f" from range({ROWS}) as t(i)",
        f"create or replace table marts_x.b as select i, {version} as version from range({ROWS}) as t(i)",
    )


def start(code: str, *arguments: object) -> subprocess.Popen:
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert process.stdout.readline() == "ready\n", process.stderr.read()
    return process


def test_a_killed_publication_leaves_the_previous_state(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    make_version(settings, 0)
    started = time.monotonic()
    publish(settings)
    duration = time.monotonic() - started
    make_version(settings, 1)
    chance = random.Random(7)
    for attempt in range(4):
        process = start(PUBLISH, tmp_path)
        time.sleep(duration * chance.uniform(0.1, 0.9))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        versions = read(
            settings,
            "select min(version), max(version), count(*), (select min(version) from marts_x.b),"
            " (select max(version) from marts_x.b) from core.fct_a",
        )
        # The whole of the old state, or (killed after its commit) the whole of the new one.
        assert versions in [[(0, 0, ROWS, 0, 0)], [(1, 1, ROWS, 1, 1)]], f"attempt {attempt}"
    assert publish(settings).snapshot_id >= 2
    assert read(settings, "select distinct version from core.fct_a union select distinct version from marts_x.b") == [
        (1,)
    ]


def test_readers_never_see_a_torn_state_and_are_never_refused(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    make_version(settings, 0)
    publish(settings)
    reader = start(READ, tmp_path, ROWS)
    for version in range(1, 4):
        make_version(settings, version)
        publish(settings)
    (tmp_path / "stop").touch()
    output, errors = reader.communicate(timeout=60)
    assert reader.returncode == 0, errors
    reads, _, seen = output.partition(" ")
    assert int(reads) >= 3
    assert len(seen.split(",")) >= 2, f"the reader saw {seen}"
