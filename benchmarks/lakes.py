"""Lakes of synthetic operators, filled through the real interfaces and built by the real pipeline."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from concord.settings import Settings, load_settings
from orchestration.build_state import build_lock
from orchestration.dbt_runner import DbtRun, run_dbt
from orchestration.pipeline import (
    BUILD,
    check_build,
    check_landing,
    finish_models,
    ingest_systems,
    prepare,
    publish_build,
    require_sound,
)
from orchestration.progress import silent
from seeds.operator.generate import generate
from seeds.operator.serve import running


@dataclass(frozen=True)
class Size:
    """What an operator is made from."""

    customers: int
    months: int
    events: int
    seed: int


def operator_of(folder: Path, size: Size) -> Path:
    """The operator's folder; made when it isn't there yet."""
    operator = folder / f"operator-{size.customers}-{size.months}-{size.events}-{size.seed}"
    if not (operator / "done").exists():
        shutil.rmtree(operator, ignore_errors=True)
        generate(operator, customers=size.customers, months=size.months, events=size.events, seed=size.seed)
        (operator / "done").touch()
    return operator


def ingested(operator: Path, lake: Path) -> Settings:
    """Serve the operator's systems, pull all of them into the lake, check what landed; the lake's settings."""
    with running(operator, lake=lake) as written:
        settings_file = lake.with_suffix(".yml")
        shutil.copyfile(written, settings_file)
        settings = load_settings(settings_file)
        outcomes = ingest_systems(settings, silent)
        check_landing(settings, silent, outcomes)
    # A file that is refused is part of the operator; an entity that does not come at all is not.
    failed = [f"{each.system}.{each.entity}" for each in outcomes if each.status in ("failed", "refused")]
    if failed:
        raise SystemExit(f"the operator's data did not land: {', '.join(failed)}")
    return settings


def copied(settings: Settings, lake: Path) -> Settings:
    """Another lake with the same loads."""
    shutil.copytree(settings.lake_folder, lake)
    content = yaml.safe_load(Path(settings.file or "").read_text(encoding="utf-8"))
    content["lake"]["folder"] = str(lake)
    settings_file = lake.with_suffix(".yml")
    settings_file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return load_settings(settings_file)


def build(settings: Settings, variables: Mapping[str, Any] | None = None) -> DbtRun:
    """Build, check and publish as the pipeline does, with some of dbt's variables set."""
    arguments = [*BUILD, "--vars", json.dumps(dict(variables))] if variables else list(BUILD)
    with build_lock(settings):
        prepare(settings)
        run = run_dbt(settings, arguments)
        finish_models(settings)
        require_sound(settings, check_build(settings))
        publish_build(settings)
    return run


def model_seconds(run: DbtRun, *models: str) -> float:
    """How long these models took, together."""
    return sum(event.seconds for event in run.events if event.name.rpartition(".")[2] in models)
