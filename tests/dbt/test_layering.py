"""Who may read whom: between the layers of the dbt project, and between the rooms of the repository."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.dbt.conftest import Build
from tests.dbt.dbt_project import PROJECT, REPOSITORY

# Layer -> the layers that its models may read. A source is the layer "source".
READS = {
    "staging": {"source", "staging"},
    "conformed": {"staging", "conformed", "seed"},
    "identity": {"conformed", "identity", "seed"},
    "reconciled": {"conformed", "identity", "reconciled", "seed"},
    "core": {"conformed", "identity", "reconciled", "core", "controls", "seed"},
    "controls": {"core", "controls", "seed"},
    "marts": {"core", "marts", "seed"},
}

# What a published registry held before the build, and what people did with cases, is read where identities are kept,
# and in core: it is our own past, not a source system.
OWN_PAST = {"registry", "cases"}
READ_OWN_PAST = {"identity", "core"}

# What SQL can't say: models in Python, each a call of `analytics`. Whoever adds one says here that it has to be.
PYTHON_MODELS = {"int_customer__linkage", "int_customer__match_model"}

ROOMS = {
    "app",
    "cases",
    "concord",
    "ingestion",
    "expectations",
    "analytics",
    "reporting",
    "orchestration",
    "scoring",
    "seeds",
    "tests",
}


@pytest.fixture(scope="module")
def project(empty_build: Build) -> dict:
    return empty_build.manifest


def layer(node: dict) -> str:
    """Layer of a manifest node, from the folder that it is in."""
    if node["resource_type"] in ("source", "seed"):
        return node["resource_type"]
    return Path(node["path"]).parts[0]


def reads(project: dict) -> list[tuple[dict, dict]]:
    """Each model with each node that it reads."""
    nodes = {**project["nodes"], **project["sources"]}
    return [
        (node, nodes[parent])
        for node in project["nodes"].values()
        if node["resource_type"] == "model"
        for parent in node["depends_on"]["nodes"]
    ]


def test_each_layer_reads_only_those_that_it_may(project: dict) -> None:
    wrong = [
        f"{node['name']} ({layer(node)}) reads {parent['name']} ({layer(parent)})"
        for node, parent in reads(project)
        if layer(parent) not in READS[layer(node)]
        and not (layer(node) in READ_OWN_PAST and parent.get("source_name") in OWN_PAST)
    ]
    assert sorted(wrong) == []


def test_staging_reads_its_own_system_and_joins_nothing(project: dict) -> None:
    for node, parent in reads(project):
        if layer(node) != "staging":
            continue
        system = Path(node["path"]).parts[1]
        if layer(parent) == "source":
            assert parent["source_name"] == system, (node["name"], parent["name"])
        else:
            assert parent["name"] == "stg_ops__load", (node["name"], parent["name"])


def test_every_staging_entity_is_read(project: dict) -> None:
    """A source that nobody reads is either forgotten or needless; billing's recurring rates wait for their control."""
    waiting = {"stg_billing__recurring_rate"}
    read = {parent["name"] for _, parent in reads(project)}
    staged = {
        node["name"]
        for node in project["nodes"].values()
        if node["resource_type"] == "model" and layer(node) == "staging" and not node["name"].endswith("_history")
    }
    assert staged - read <= waiting


def test_names_tell_the_layer(project: dict) -> None:
    prefixes = {
        "staging": ("stg_",),
        "conformed": ("int_",),
        "identity": ("int_", "xref_"),
        "reconciled": ("int_",),
        "core": ("dim_", "fct_", "bridge_", "xref_"),
        "controls": ("leak_", "int_"),
    }
    for node in project["nodes"].values():
        if node["resource_type"] == "model" and layer(node) in prefixes:
            assert node["name"].startswith(prefixes[layer(node)]), node["path"]


def test_core_and_marts_have_enforced_contracts(project: dict) -> None:
    without = [
        node["name"]
        for node in project["nodes"].values()
        if node["resource_type"] == "model"
        and layer(node) in ("core", "marts")
        and not node["config"]["contract"]["enforced"]
    ]
    assert without == []


def test_python_models_only_call_analytics(project: dict) -> None:
    """No rule hides from the SQL lint in Python: such a model reads relations whole, or by a plain filter."""
    found = {}
    for node in project["nodes"].values():
        if node["resource_type"] == "model" and node["language"] == "python":
            found[node["name"]] = (PROJECT / node["original_file_path"]).read_text(encoding="utf-8")
    assert set(found) == PYTHON_MODELS
    for name, text in found.items():
        assert imported(text) <= {"analytics", "pyarrow", "json"}, name
        assert "analytics" in imported(text), name
        assert not [said for said in texts(text) if re.search(r"\b(select|join|group by)\b", said, re.IGNORECASE)], name


def test_ingestion_runs_without_orchestrator_and_dbt() -> None:
    assert imports("ingestion") & {"dagster", "dagster_dbt", "dbt", "orchestration"} == set()


def test_analytics_runs_without_orchestrator_and_dbt() -> None:
    assert imports("analytics") & {"dagster", "dagster_dbt", "dbt"} == set()
    assert imports("analytics") & ROOMS <= {"analytics", "concord"}


def test_concord_imports_no_other_room() -> None:
    assert imports("concord") & (ROOMS - {"concord"}) == set()


def test_the_app_reads_the_lake_and_writes_through_cases() -> None:
    assert imports("app") & (ROOMS - {"app"}) == {"cases", "concord", "reporting"}


def test_cases_know_only_the_lake() -> None:
    assert imports("cases") & (ROOMS - {"cases"}) == {"concord"}


def test_orchestrator_stays_in_its_room() -> None:
    for room in ("app", "cases", "concord", "ingestion", "expectations", "reporting", "scoring"):
        assert not imports(room) & {"dagster", "dagster_dbt"}, room


def test_operator_shares_nothing_with_the_platform() -> None:
    assert imports("seeds") & (ROOMS - {"seeds"}) <= {"concord"}
    assert imports("seeds/operator/world") & ROOMS <= {"seeds"}


def test_only_scoring_tests_and_the_operator_know_the_truth() -> None:
    """The ledger of planted faults must not reach what is to find them."""
    knowing = []
    for room in sorted((ROOMS | {"dbt_project"}) - {"scoring", "seeds", "tests"}):
        for path in (REPOSITORY / room).rglob("*"):
            if path.suffix in (".py", ".sql", ".yml", ".csv") and "target" not in path.parts:
                text = path.read_text(encoding="utf-8")
                if knows_the_truth(text):
                    knowing.append(path.relative_to(REPOSITORY).as_posix())
    assert knowing == []


def test_accounting_is_no_excuse_to_know_the_truth() -> None:
    assert not knows_the_truth("Billing and the general ledger; sub-ledger; differs from ledger accounts")
    for text in (
        "read the ledger",
        "general ledger, and ledger.parquet",
        'folder / "ledger.parquet"',
        "from seeds.operator.ledger import planted_rows",
        "operator's Ledger",
    ):
        assert knows_the_truth(text), text


def knows_the_truth(text: str) -> bool:
    """Whether a text speaks of the operator's ledger of faults. Accounting's ledgers are named in full."""
    accounting = r"\b(general|sub)[ -]ledger\b(?!\.\w)|\bledger accounts?\b"
    rest = re.sub(accounting, "", text, flags=re.IGNORECASE)
    return bool(re.search(r"\bledger\b", rest, flags=re.IGNORECASE))


def imports(room: str) -> set[str]:
    """Top-level packages that the Python files of a room import."""
    found: set[str] = set()
    for path in (REPOSITORY / room).rglob("*.py"):
        found |= imported(path.read_text(encoding="utf-8"))
    return found


def imported(text: str) -> set[str]:
    """Top-level packages that a Python text imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def texts(text: str) -> list[str]:
    """The text constants of a Python text but its docstring."""
    tree = ast.parse(text)
    body = tree.body[1:] if ast.get_docstring(tree) else tree.body
    constants = [node for statement in body for node in ast.walk(statement) if isinstance(node, ast.Constant)]
    return [constant.value for constant in constants if isinstance(constant.value, str)]
