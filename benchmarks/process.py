"""Measuring in a process of its own, so that its peak memory is its own: imports and input don't count as time."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil

_SAMPLE_SECONDS = 0.1


def measured(task: str, **arguments: Any) -> dict[str, Any]:
    """Call ``<module>:<function>`` in a new process; returns what it returns, with ``megabytes`` added.

    Megabytes: the largest resident set of the process, or of it and its children together when that is more.
    Arguments and answer must be plain JSON. Raises SystemExit with the process's own words when it fails.
    """
    command = [sys.executable, "-m", "benchmarks.process", task, json.dumps(arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        peak = _Peak(process.pid)
        output, errors = process.communicate()
        megabytes = peak.stop()
    if process.returncode != 0:
        raise SystemExit(f"{task} failed: {errors.strip() or f'exit code {process.returncode}'}")
    answer = json.loads(output.splitlines()[-1])
    return {**answer["result"], "megabytes": max(megabytes, answer["megabytes"])}


def alternately(repeat: int, tasks: Mapping[str, Callable[[], dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Run each task in turn, and again: what else the machine does then hits all of them alike."""
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in tasks}
    for _ in range(repeat):
        for name, task in tasks.items():
            runs[name].append(task())
    return runs


def best(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The quickest run, with the most memory that any of them took."""
    return {**min(runs, key=lambda run: run["seconds"]), "megabytes": max(run["megabytes"] for run in runs)}


class _Peak:
    """Watches how much memory a process and its children hold together."""

    def __init__(self, pid: int) -> None:
        self._pid, self._megabytes, self._stopped = pid, 0.0, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        self._stopped.set()
        self._thread.join()
        return self._megabytes

    def _watch(self) -> None:
        while not self._stopped.wait(_SAMPLE_SECONDS):
            try:
                parent = psutil.Process(self._pid)
                family = [parent, *parent.children(recursive=True)]
                held = sum(process.memory_info().rss for process in family)
            except psutil.Error:
                continue
            self._megabytes = max(self._megabytes, held / 2**20)


def _own_peak() -> float:
    """Linux keeps the largest resident set itself: no sample can miss it."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return 0.0
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
    return int(lines["VmHWM"].split()[0]) / 1024


def _main(task: str, arguments: str) -> None:
    module, _, function = task.partition(":")
    result = getattr(import_module(module), function)(**json.loads(arguments))
    print(json.dumps({"result": result, "megabytes": _own_peak()}))


if __name__ == "__main__":
    _main(*sys.argv[1:])
