"""One Great Expectations context and one DuckDB connection for all suites of a run.

Everything runs as SQL in DuckDB. Results are kept under ``<checks>/validations`` and shown as Data Docs
(``<checks>/data_docs/index.html``), a static site that opens without a server.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import uuid
from datetime import UTC, datetime
from typing import Any

import duckdb
import great_expectations as gx
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.core.expectation_suite import ExpectationSuite
from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults
from great_expectations.data_context.types.resource_identifiers import (
    ExpectationSuiteIdentifier,
    ValidationResultIdentifier,
)
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

from concord import telemetry
from concord.settings import Settings
from expectations.data_docs import IndexView, PageView, view
from expectations.declared import Declared, require_unique_names
from expectations.dialect import offer, withdraw
from expectations.results import CheckResult, Edge

# Runs of each suite that Data Docs keep; older results stay in <checks>/results.
KEPT_RUNS = 3
_GX_SEVERITY = {"error": "critical", "warn": "warning"}
_RESULT_FORMAT = {"result_format": "SUMMARY", "partial_unexpected_count": 5}
# GX reports a bad query as a result; its own log lines would only repeat that.
logging.getLogger("great_expectations").setLevel(logging.CRITICAL)


class CheckSession:
    """Runs suites over views of one DuckDB connection. Use as a context manager."""

    def __init__(self, settings: Settings, edge: Edge, connection: duckdb.DuckDBPyConnection) -> None:
        telemetry.disable()
        self._name = f"{edge}_{uuid.uuid4().hex}"
        self._connection = connection
        self._checks = settings.checks
        self._run = RunIdentifier(run_name=edge, run_time=datetime.now(UTC))
        self._shown: list[ValidationResultIdentifier] = []
        self._context = gx.get_context(project_config=_project(settings), mode="ephemeral")
        self._context.variables.progress_bars = {"globally": False}
        self._source = self._context.data_sources.add_sql(
            name=edge, connection_string=offer(self._name, connection), create_temp_table=False
        )
        # One write of the whole project per suite would be most of the run time; nothing reads it back.
        self._context.variables.save = lambda *_: None

    def __enter__(self) -> CheckSession:
        return self

    def __exit__(self, *_: object) -> None:
        withdraw(self._name)

    def run(
        self, suite_name: str, view: str, target: str, expectations: list[Declared], load_id: str | None = None
    ) -> list[CheckResult]:
        """Check one view. An expectation whose query fails counts as failed, with the database's message."""
        if not expectations:
            return []
        batch = self._batch(view)
        suite = self._context.suites.add(_suite(suite_name, expectations))
        definition = gx.ValidationDefinition(name=suite_name, data=batch, suite=suite)
        definition = self._context.validation_definitions.add(definition)
        outcome = definition.run(result_format=_RESULT_FORMAT, run_id=self._run)
        self._shown.append(
            ValidationResultIdentifier(
                expectation_suite_identifier=ExpectationSuiteIdentifier(name=suite_name),
                run_id=self._run,
                batch_identifier=outcome.batch_id,
            )
        )
        checked_at = datetime.now(UTC)
        return [
            CheckResult(
                suite=suite_name,
                target=target,
                expectation=item.expectation_config.meta["name"],
                severity=item.expectation_config.meta["severity"],
                success=bool(item.success),
                observed=_observed(item.result),
                details=None if item.success else _exception_message(item.exception_info) or self._examples(item, view),
                load_id=load_id,
                checked_at=checked_at,
            )
            for item in outcome.results
        ]

    @staticmethod
    def missing(suite_name: str, target: str, expectation: Declared) -> CheckResult:
        """The result of an expectation about a table that isn't there."""
        return CheckResult(
            suite=suite_name,
            target=target,
            expectation=expectation.name,
            severity=expectation.severity,
            success=False,
            details="the table does not exist",
            checked_at=datetime.now(UTC),
        )

    def build_data_docs(self) -> None:
        """Render this run's pages and the index; drop pages of runs that are no longer kept."""
        if not self._shown:
            return
        # Several systems may be checked at once, each in a process of its own; the site is one.
        with (self._checks / "data_docs.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            store = self._context.validation_results_store
            by_suite: dict[str, list[ValidationResultIdentifier]] = {}
            for key in store.list_keys():
                by_suite.setdefault(key.expectation_suite_identifier.name, []).append(key)
            for keys in by_suite.values():
                for key in sorted(keys, key=lambda key: key.run_id.run_time, reverse=True)[KEPT_RUNS:]:
                    store.remove_key(key)
            self._context.build_data_docs(resource_identifiers=self._shown)

    def _examples(self, item: Any, view: str) -> str | None:
        """A few of the values or rows that were not expected, as JSON; a summary of a query holds none of its own."""
        query = item.expectation_config.kwargs.get("unexpected_rows_query")
        if query:
            rows = self._connection.execute(f"select * from ({query.format(batch=view)}) as unexpected limit 5")
            names = [column[0] for column in rows.description]
            examples = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
        else:
            examples = sorted({str(value) for value in item.result.get("partial_unexpected_list") or []})
        return json.dumps(examples, ensure_ascii=False, default=str) if examples else None

    def _batch(self, view: str) -> BatchDefinition:
        schema, _, table = view.rpartition(".")
        asset = self._source.add_table_asset(name=view, table_name=table, schema_name=schema or None)
        return asset.add_batch_definition_whole_table("all")


def _project(settings: Settings) -> DataContextConfig:
    folder = settings.checks
    config = DataContextConfig(store_backend_defaults=InMemoryStoreBackendDefaults(), analytics_enabled=False)
    config.stores[config.validation_results_store_name]["store_backend"] = {
        "class_name": "TupleFilesystemStoreBackend",
        "base_directory": os.fspath(folder / "validations"),
    }
    config.data_docs_sites = {
        "concord": {
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,
            "store_backend": {
                "class_name": "TupleFilesystemStoreBackend",
                "base_directory": os.fspath(folder / "data_docs"),
            },
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder", "view": view(IndexView)},
            "site_section_builders": {
                "expectations": "None",
                "validations": {"view": view(PageView)},
                "profiling": "None",
            },
        }
    }
    return config


def _suite(name: str, expectations: list[Declared]) -> ExpectationSuite:
    require_unique_names(name, expectations)
    return ExpectationSuite(name=name, expectations=[_configuration(each) for each in expectations])


def _configuration(declared: Declared) -> ExpectationConfiguration:
    """As Great Expectations takes it; our name and severity travel in its metadata."""
    kind, arguments = declared.expectation, declared.arguments
    if declared.unexpected_rows is not None:
        # Great Expectations formats the query: braces of the SQL itself (regular expressions) are doubled.
        query = declared.unexpected_rows.replace("{", "{{").replace("}", "}}").replace("{{batch}}", "{batch}")
        kind, arguments = "unexpected_rows_expectation", {"unexpected_rows_query": query}
    return ExpectationConfiguration(
        type=kind,
        kwargs=arguments,
        severity=_GX_SEVERITY[declared.severity],
        description=declared.description or declared.name.replace("_", " "),
        meta={"name": declared.name, "severity": declared.severity},
    )


def _observed(found: dict[str, Any]) -> str | None:
    if "unexpected_count" in found:
        return f"{found['unexpected_count']} of {found.get('element_count', '?')} rows"
    value = found.get("observed_value")
    return None if value is None else str(value)


def _exception_message(information: dict[str, Any] | None) -> str | None:
    """Great Expectations gives either one exception or a mapping of metrics to exceptions."""
    if not information:
        return None
    found = [information] if "raised_exception" in information else list(information.values())
    messages = [each["exception_message"] for each in found if each.get("raised_exception")]
    return messages[0].splitlines()[0] if messages else None
