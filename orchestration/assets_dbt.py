"""The dbt project as assets: models and seeds by schema and name, tests as checks, sources by system and entity."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster import AssetExecutionContext, AssetKey, AssetsDefinition, AssetSpec, RetryRequested
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource, dbt_assets

from ingestion.registry import registry
from orchestration.dbt_manifest import prepared_manifest
from orchestration.dbt_runner import PROJECT, dbt_environment, target_folder
from orchestration.resources import Lake

_SCHEMAS_OF_READERS = ("core", "marts_")


class Translator(DagsterDbtTranslator):
    """Keys are what the tables are called: [schema, name]; a source is [system, entity], as ingestion's assets are."""

    def __init__(self) -> None:
        super().__init__(settings=DagsterDbtTranslatorSettings(enable_asset_checks=True))

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            return AssetKey([dbt_resource_props["source_name"], dbt_resource_props["name"]])
        return AssetKey([dbt_resource_props["schema"], dbt_resource_props["alias"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        return dbt_resource_props["schema"]


def read_manifest() -> dict[str, Any]:
    """The prepared manifest's content."""
    return json.loads(prepared_manifest().read_text(encoding="utf-8"))


def dbt_project_assets(manifest: Mapping[str, Any]) -> AssetsDefinition:
    """Every seed and model in one step: dbt orders them itself, on all of its threads."""

    @dbt_assets(
        manifest=manifest, exclude="resource_type:unit_test", name="dbt_build", dagster_dbt_translator=Translator()
    )
    def dbt_build(context: AssetExecutionContext, lake: Lake):
        from orchestration.build_state import BuildRunning, build_lock
        from orchestration.pipeline import BUILD, finish_models, prepare

        settings = lake.settings()
        dbt = DbtCliResource(
            project_dir=str(PROJECT), profiles_dir=str(PROJECT), dbt_executable=str(Path(sys.executable).parent / "dbt")
        )
        try:
            with build_lock(settings):
                prepare(settings)
                with _environment(dbt_environment(settings)):
                    yield from dbt.cli(list(BUILD), context=context, target_path=target_folder(settings)).stream()
                finish_models(settings)
        except BuildRunning as error:
            raise RetryRequested(max_retries=5, seconds_to_wait=15 * 2**context.retry_number) from error

    return dbt_build


def other_sources(manifest: Mapping[str, Any]) -> list[AssetSpec]:
    """What models read and no source system brings: records of loads, what the last publication said."""
    translator = Translator()
    return [
        AssetSpec(
            translator.get_asset_key(node),
            group_name=node["source_name"],
            description=node["description"],
        )
        for node in manifest["sources"].values()
        if node["source_name"] not in registry()
    ]


def published_keys(manifest: Mapping[str, Any]) -> list[AssetKey]:
    """The models that a publication holds: core and marts."""
    translator = Translator()
    return sorted(
        translator.get_asset_key(node)
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"].startswith(_SCHEMAS_OF_READERS)
    )


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """dbt's process inherits this one's variables; put them back afterwards."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
