"""IDs through builds in turn: a small raw layer made by hand, the project's models, publication, and its registry."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from concord.engine import connect
from concord.published import Publication, connect_reader, publish, restore_registries
from concord.settings import Lake, Settings
from tests.dbt.dbt_project import PROJECT, REPOSITORY, dbt, part_of_project

ACCOUNTS = 40
FIRST, SECOND, LATER = "2026-09-01T04:00:00Z", "2026-09-02T04:00:00Z", "2026-09-03T04:00:00Z"
LINK = "link,billing,account,A1,billing,account,A2,a steward,2026-09-02 09:00:00,one person"
NEVER_LINK = "never_link,billing,account,A1,billing,account,A2,a steward,2026-09-02 10:00:00,twins after all"
# What a later build does anew; of the other entities there is nothing.
ACCOUNTS_AND_CUSTOMERS = (
    "customer_link",
    "+int_customer__cluster",
    "+int_billing_account__cluster",
    "dim_identity",
    "bridge_identity_record",
)
EVERYTHING = ("+dim_identity", "+bridge_identity_record")
REGISTRY_TABLES = {"core.dim_identity", "core.bridge_identity_record"}


@dataclass(frozen=True)
class Built:
    """What one build published."""

    ids: dict[str, str]  # customer by record
    identity: list[tuple]
    membership: list[tuple]
    publication: Publication


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Built]:
    """Six builds of one lake, one after the other."""
    folder = tmp_path_factory.mktemp("durable_builds")
    settings, project = Settings(lake=Lake(folder=folder / "lake")), identity_project(folder)
    made = {}
    land(settings, "billing", "account", FIRST, accounts(range(ACCOUNTS)))
    made["first"] = build(settings, project, models=EVERYTHING)
    made["same data"] = build(settings, project)
    # One account in twenty has changed, one is gone, one is new; and the acquired company's CRM is connected, which
    # comes before billing (seed precedence).
    changed = accounts([*range(ACCOUNTS - 1), ACCOUNTS], changed={3, 17})
    land(settings, "billing", "account", SECOND, changed)
    land(settings, "crm_fixed", "customer", SECOND, legacy_customers([5, 6, 7]))
    made["new day"] = build(settings, project)
    made["merged"] = build(settings, project, LINK)
    made["as of the first day"] = build(settings, project, LINK, as_of=FIRST)
    settings.workspace.unlink()
    land(settings, "billing", "account", LATER, changed)
    made["unmerged"] = build(settings, project, LINK, NEVER_LINK, models=EVERYTHING)
    return made


def test_first_build_mints_an_id_for_every_customer(builds: dict[str, Built]) -> None:
    assert len(set(builds["first"].ids.values())) == ACCOUNTS


def test_same_data_changes_nothing_and_publishes_nothing(builds: dict[str, Built]) -> None:
    again = builds["same data"]
    assert (again.ids, again.identity, again.membership) == (
        builds["first"].ids,
        builds["first"].identity,
        builds["first"].membership,
    )
    assert set(again.publication.written) & REGISTRY_TABLES == set()


def test_a_new_day_changes_no_id_of_what_is_still_there(builds: dict[str, Built]) -> None:
    before, after = builds["first"].ids, builds["new day"].ids
    kept = before.keys() & after.keys()
    assert len(kept) == ACCOUNTS - 1
    assert {record: after[record] for record in kept} == {record: before[record] for record in kept}


def test_a_new_senior_system_joins_the_ids_that_are_there(builds: dict[str, Built]) -> None:
    ids = builds["new day"].ids
    assert [ids[f"crm_fixed:customer:{5000 + n}"] for n in (5, 6, 7)] == [
        ids[f"billing:account:A{n}"] for n in (5, 6, 7)
    ]


def test_what_is_gone_is_retired(builds: dict[str, Built]) -> None:
    gone = builds["first"].ids[f"billing:account:A{ACCOUNTS - 1}"]
    assert current(builds["new day"])[gone] == ("retired", gone)


def test_a_stewards_merge_redirects_without_a_new_load(builds: dict[str, Built]) -> None:
    before, after = builds["new day"].ids, builds["merged"].ids
    assert after["billing:account:A1"] == after["billing:account:A2"]
    kept = min(before["billing:account:A1"], before["billing:account:A2"])
    other = max(before["billing:account:A1"], before["billing:account:A2"])
    assert current(builds["merged"])[other] == ("merged", kept)


def test_an_earlier_instant_is_rebuilt_with_the_ids_of_then(builds: dict[str, Built]) -> None:
    past = builds["as of the first day"]
    # The steward's decision applies to what was known then, too: decisions have no date of validity.
    merged = {"billing:account:A1", "billing:account:A2"}
    first = builds["first"].ids
    assert {record: id_ for record, id_ in past.ids.items() if record not in merged} == {
        record: id_ for record, id_ in first.items() if record not in merged
    }
    assert {past.ids[record] for record in merged} == {min(first[record] for record in merged)}
    assert {id_ for id_, *_ in past.identity} == set(first.values())


def test_unmerge_after_all_that_restores_the_ids_in_a_new_workspace(builds: dict[str, Built]) -> None:
    assert builds["unmerged"].ids == builds["new day"].ids
    reasons = [reason for reason, _ in current(builds["unmerged"]).values()]
    assert (reasons.count("restored"), reasons.count("retired")) == (1, 1)


def test_a_look_back_costs_the_history_nothing(builds: dict[str, Built]) -> None:
    """Every stay known before it is known after it, and ended no earlier."""
    before = {row[:-1] for row in builds["merged"].membership}
    assert before <= {row[:-1] for row in builds["unmerged"].membership}


def current(built: Built) -> dict[str, tuple[str, str]]:
    """ID -> reason and what it leads to."""
    return {id_: (reason, resolved) for id_, reason, resolved, is_current in built.identity if is_current}


def identity_project(folder: Path) -> Path:
    """A copy of the project with what it takes to give IDs, and decisions of its own."""
    project = part_of_project(folder, "registry", "staging", "conformed", "identity")
    shutil.rmtree(project / "tests")
    for name in ("tests/generic/", "tests/identity/assert_identity_histories_agree.sql"):
        _copy(PROJECT / name, project / name)
    for model in ("dim_identity", "bridge_identity_record"):
        for suffix in ("sql", "yml"):
            _copy(PROJECT / "models" / "core" / f"{model}.{suffix}", project / "models" / "core" / f"{model}.{suffix}")
    shutil.copytree(REPOSITORY / "seeds" / "reference", folder / "seeds" / "reference")
    shutil.copytree(REPOSITORY / "seeds" / "steward", folder / "seeds" / "steward")
    return project


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copy(source, target)


def build(
    settings: Settings,
    project: Path,
    *decisions: str,
    as_of: str | None = None,
    models: tuple[str, ...] = ACCOUNTS_AND_CUSTOMERS,
) -> Built:
    """One build as the pipeline does it, with these decisions of stewards, and its publication."""
    restore_registries(settings, datetime.fromisoformat(as_of).astimezone(UTC) if as_of else None)
    seed = project.parent / "seeds" / "steward" / "customer_link.csv"
    header = seed.read_text(encoding="utf-8").splitlines()[0]
    seed.write_text("\n".join([header, *decisions]) + "\n", encoding="utf-8")
    variables = json.dumps({"as_of": as_of or "", "identity_is_probabilistic": False})
    selection = ["--select", *models, "--exclude", "resource_type:unit_test"]
    dbt(settings.lake_folder, "build", *selection, "--vars", variables, project=project)
    publication = publish(settings)
    with closing(connect(str(settings.workspace), read_only=True)) as workspace:
        ids = dict(workspace.execute("select record_id, customer_id from identity.int_customer__cluster").fetchall())
    with closing(connect_reader(settings)) as lake:
        identity = lake.execute(
            "select entity_id, reason, resolved_id, is_current from core.dim_identity"
            " where entity = 'customer' order by entity_id, revision"
        ).fetchall()
        membership = lake.execute(
            "select record_id, entity_id, valid_from, reason, revision, valid_to from core.bridge_identity_record"
            " where entity = 'customer' order by record_id, revision"
        ).fetchall()
    return Built(ids, identity, membership, publication)


def accounts(numbers, changed=frozenset()) -> str:
    """A select of billing accounts that have nothing in common but the shape."""
    rows = ", ".join(f"({n}, {n in changed})" for n in numbers)
    return f"""
        select 'A' || n as account_id, cast(5000 + n as varchar) as legacy_customer_no,
               'Family' || chr(65 + n // 26) || chr(65 + n % 26) || ', Given' || chr(65 + n % 26) as account_name,
               'P' as account_type, case when is_changed then 'New Street ' else 'Street ' end || n as street,
               cast(10000 + 37 * n as varchar) as postcode, 'Town' as city,
               'person' || n || '@example.org' as email, '+4930' || (5550000 + 13 * n) as phone,
               date '1950-01-01' + cast(n * 271 as integer) as birth_date, '01' as bill_cycle, 'A' as status,
               timestamp '2020-01-01 00:00:00' + to_days(n) as opened_at, timestamp '2026-08-01 00:00:00' as updated_at
        from (values {rows}) as t(n, is_changed)
    """


def legacy_customers(numbers) -> str:
    """A select of the acquired company's customers, who are the accounts with those numbers, and known for longer."""
    rows = ", ".join(f"({n})" for n in numbers)
    return f"""
        select cast(5000 + n as varchar) as customer_no,
               'Family' || chr(65 + n // 26) || chr(65 + n % 26) as family_name,
               'Given' || chr(65 + n % 26) as given_name,
               'person' || n || '@example.org' as email, date '1950-01-01' + cast(n * 271 as integer) as birth_date,
               'aktiv' as status, timestamp '2001-01-01 00:00:00' as created_at, date '2026-09-01' as file_date
        from (values {rows}) as t(n)
    """


def land(settings: Settings, system: str, entity: str, finished_at: str, select: str) -> None:
    """Write one load with its completion record, as ingestion leaves it."""
    load_id = finished_at.replace("-", "").replace(":", "")
    folder: Path = settings.raw / system / entity / f"load_date={finished_at[:10]}"
    folder.mkdir(parents=True, exist_ok=True)
    metadata = f"""
        '{load_id}' as _load_id, timestamptz '{finished_at}' as _loaded_at, '{entity}' as _source_ref,
        cast(null as bigint) as _source_position, md5(cast(row_of as varchar)) as _row_hash
    """
    duckdb.sql(f"select row_of.*, {metadata} from ({select}) as row_of").write_parquet(
        str(folder / f"{load_id}.parquet")
    )
    records = settings.raw / system / "_loads" / entity
    records.mkdir(parents=True, exist_ok=True)
    record = {
        "load_id": load_id,
        "system": system,
        "entity": entity,
        "mode": "full",
        "status": "loaded",
        "rows": ACCOUNTS,
        "quarantined_rows": 0,
        "files": [],
        "started_at": finished_at,
        "finished_at": finished_at,
    }
    (records / f"{load_id}.json").write_text(json.dumps(record), encoding="utf-8")
