"""Runs dbt in a process of its own and turns its log into events.

A process of its own gives the workspace's file back when it ends, and takes its memory and its crashes with it.
Everything that dbt writes (target, logs) lies in the lake folder, so that two lakes never share state.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from concord import telemetry
from concord.engine import install_extensions
from concord.errors import ConcordError
from concord.settings import Settings

PROJECT = Path(__file__).resolve().parents[1] / "dbt_project"
# By this interpreter, wherever its scripts are.
_DBT = (sys.executable, "-c", "from dbt.cli.main import cli; cli()")
_FAILED = {"error", "fail", "runtime error"}
_TESTS = {"test", "unit_test"}
_NODE_ENDED = re.compile(r"Log(Model|Seed|Snapshot|Test|Node)Result|SkippingDetails")
_REASON_LENGTH = 400


@dataclass(frozen=True)
class DbtEvent:
    """One node (model, seed, test …) that ended. ``status`` is dbt's: success, pass, warn, fail, error, skipped."""

    unique_id: str
    resource_type: str
    name: str
    status: str
    seconds: float
    index: int
    total: int
    failing_rows: int = 0  # of a test

    @property
    def is_failure(self) -> bool:
        return self.status in _FAILED


@dataclass
class DbtRun:
    """Every node of one invocation, in the order in which they ended."""

    events: list[DbtEvent] = field(default_factory=list)
    # Why nodes failed, by unique id, and dbt's last complaints about anything else.
    reasons: dict[str, str] = field(default_factory=dict)
    last_lines: deque[str] = field(default_factory=lambda: deque(maxlen=5))

    def counts(self) -> Counter[tuple[str, str]]:
        """How many nodes ended in which way: (resource type, status) -> number."""
        return Counter((event.resource_type, event.status) for event in self.events)

    def failures(self) -> list[DbtEvent]:
        return [event for event in self.events if event.is_failure]


def log_folder(settings: Settings) -> Path:
    return settings.lake_folder / "logs"


def target_folder(settings: Settings) -> Path:
    return settings.lake_folder / "dbt"


def dbt_environment(settings: Settings, as_of: str | None = None) -> dict[str, str]:
    """The variables that the dbt project reads, over those of this process."""
    telemetry.disable()
    return {
        **os.environ,
        "CONCORD_WORKSPACE": str(settings.workspace),
        "CONCORD_RAW": str(settings.raw),
        "CONCORD_AS_OF": as_of or "",
        "DBT_TARGET_PATH": str(target_folder(settings)),
        "DBT_LOG_PATH": str(log_folder(settings)),
        "DBT_PROFILES_DIR": str(PROJECT),
    }


def run_dbt(
    settings: Settings,
    args: Sequence[str],
    on_event: Callable[[DbtEvent], None] | None = None,
    *,
    as_of: str | None = None,
) -> DbtRun:
    """Run one dbt command, such as ``["build"]``, and report each node as it ends.

    Raises ConcordError, naming the first failing node and where the log is, when dbt doesn't succeed.
    """
    install_extensions()
    log_folder(settings).mkdir(parents=True, exist_ok=True)
    run = DbtRun()
    process = subprocess.Popen(
        [*_DBT, "--log-format", "json", "--log-format-file", "text", "--no-use-colors", *args],
        cwd=PROJECT,
        env=dbt_environment(settings, as_of),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    try:
        for line in process.stdout or ():
            _take_in(line, run, on_event)
    except BaseException:
        process.terminate()
        raise
    finally:
        code = process.wait()
    if code != 0:
        raise _failure(settings, args, run)
    return run


def _take_in(line: str, run: DbtRun, on_event: Callable[[DbtEvent], None] | None) -> None:
    """One line of dbt's log: the end of a node, why something failed, or nothing of interest."""
    try:
        entry = json.loads(line)
        info, data = entry["info"], entry["data"]
    except (ValueError, KeyError, TypeError):
        run.last_lines.append(line.strip())
        return
    node = data.get("node_info")
    if info["level"] == "error":
        run.last_lines.append(info["msg"])
        if node and info["name"] == "RunResultError":
            run.reasons[node["unique_id"]] = info["msg"].strip()
    ended = _NODE_ENDED.fullmatch(info["name"])
    if not (node and ended):
        return
    relation = node["node_relation"]
    event = DbtEvent(
        unique_id=node["unique_id"],
        resource_type=node["resource_type"],
        name=f"{relation['schema']}.{relation['alias']}" if relation["relation_name"] else node["node_name"],
        status=_status(data, node),
        seconds=float(data.get("execution_time") or 0),
        index=int(data.get("index") or 0),
        total=int(data.get("total") or data.get("num_models") or 0),
        failing_rows=int(data.get("num_failures") or 0),
    )
    run.events.append(event)
    if on_event:
        on_event(event)


def _status(data: dict, node: dict) -> str:
    """How the node ended. A test's own status doesn't say whether it passed; a model's data says it in other words."""
    told = data.get("status") if node["resource_type"] in _TESTS else None
    return str(told or node["node_status"]).lower()


def _failure(settings: Settings, args: Sequence[str], run: DbtRun) -> ConcordError:
    """One line that names the first node that failed, and why; the rest is in the log."""
    log = log_folder(settings) / "dbt.log"
    failures = run.failures()
    if not failures:
        message = " ".join(" ".join(run.last_lines).split()) or "it ended without a word"
        return ConcordError(f"dbt {args[0]} failed: {message}", hint=f"see {log}")
    first = failures[0]
    reason = " ".join(run.reasons.get(first.unique_id, "").split())
    others = f" (and {len(failures) - 1} more)" if len(failures) > 1 else ""
    return ConcordError(
        f"dbt {args[0]}: {first.resource_type} {first.name} failed{others}: {reason[:_REASON_LENGTH]}",
        hint=f"nothing was published; see {log}",
    )
