"""How right, how stable and how fast is identity linking?

    python -m benchmarks.identity [--only febrl pseudopeople operator stability incremental scale controls]

Every data set is linked with the same settings, the platform's. Ends with exit code 1 and a line per limit missed.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from benchmarks.report import Report

# Name -> module and function. Imported late: one table must not need what only another one uses.
TABLES = {
    "febrl": "accuracy:febrl_table",
    "pseudopeople": "accuracy:pseudopeople_table",
    "operator": "operator_truth:operator_table",
    "controls": "operator_truth:controls_table",
    "stability": "stability:stability_table",
    "incremental": "incremental:incremental_table",
    "scale": "scale:scale_table",
}


@dataclass(frozen=True)
class Options:
    """What the tables are asked for. ``scratch`` is a folder that goes away afterwards unless it was named."""

    scratch: Path
    seed: int
    customers: int
    months: int
    events: int
    sizes: list[int]
    incremental_size: int
    repeat: int
    samples_python: Path


def main() -> None:
    """Print the tables that were asked for, in the order in which they are listed."""
    from concord import telemetry

    telemetry.disable()
    chosen = _arguments()
    report = Report()
    seed = random.SystemRandom().randrange(1_000, 1_000_000) if chosen.seed is None else chosen.seed
    report.say(f"seed of this run: {seed} (the same again: --seed {seed})")
    with tempfile.TemporaryDirectory() as temporary:
        options = Options(
            scratch=(chosen.scratch or Path(temporary)).resolve(),
            seed=seed,
            customers=chosen.customers,
            months=chosen.months,
            events=chosen.events,
            sizes=chosen.sizes,
            incremental_size=chosen.incremental_size,
            repeat=chosen.repeat,
            samples_python=chosen.samples_python,
        )
        for name, place in TABLES.items():
            if name in chosen.only:
                module, _, function = place.partition(":")
                getattr(import_module(f"benchmarks.identity.{module}"), function)(report, options)
    for line in report.missed:
        report.console.print(f"missed: {line}", soft_wrap=True)
    if report.missed:
        raise SystemExit(1)
    report.console.print(f"all {report.held} limits held")


def _arguments() -> argparse.Namespace:
    from benchmarks.identity.public import SAMPLES_PYTHON

    names = list(TABLES)
    arguments = argparse.ArgumentParser(prog="python -m benchmarks.identity", description=__doc__.splitlines()[0])
    arguments.add_argument("--only", nargs="+", choices=names, default=names, help="which tables; all by default")
    arguments.add_argument("--seed", type=int, help="of noise and operator; a fresh one by default")
    arguments.add_argument("--customers", type=int, default=5000, help="customers of the operator")
    arguments.add_argument("--months", type=int, default=3, help="months of usage of the operator")
    arguments.add_argument("--events", type=int, default=200_000, help="usage events of the operator")
    arguments.add_argument(
        "--sizes", type=int, nargs="+", default=[100_000, 300_000, 1_000_000], help="records of the scale table"
    )
    arguments.add_argument("--incremental-size", type=int, default=500_000, help="records of the incremental table")
    arguments.add_argument("--repeat", type=int, default=3, help="runs of what is timed; the best counts")
    arguments.add_argument("--scratch", type=Path, help="a folder that stays; a temporary one by default")
    arguments.add_argument("--samples-python", type=Path, default=SAMPLES_PYTHON, help=argparse.SUPPRESS)
    return arguments.parse_args()
