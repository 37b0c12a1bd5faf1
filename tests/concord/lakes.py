"""Small hand-made workspaces to publish from."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from concord.engine import connect
from concord.settings import Lake, Settings


def settings_in(folder: Path, **lake: object) -> Settings:
    return Settings(lake=Lake(folder=folder / "lake", **lake), reports=folder / "reports")


def build(settings: Settings, *statements: str) -> None:
    """What a build does: change the workspace, and let go of it."""
    settings.lake_folder.mkdir(parents=True, exist_ok=True)
    with closing(connect(str(settings.workspace))) as workspace:
        for statement in statements:
            workspace.execute(statement)


def build_first(settings: Settings, rows: int = 5) -> None:
    build(
        settings,
        "create schema if not exists core",
        "create schema if not exists marts_care",
        "create schema if not exists staging",
        f"""create or replace table core.dim_customer as
            select 'C' || i as customer_id, cast(i as decimal(18, 2)) as amount from range({rows}) as t(i)""",
        "comment on table core.dim_customer is 'One row per customer, even O''Neill'",
        "comment on column core.dim_customer.customer_id is 'Ours'",
        "create or replace table marts_care.customer_360 as select 1 as one",
        "create or replace table staging.stg_x as select 1 as private",
    )


def read(settings: Settings, query: str, snapshot: int | None = None) -> list[tuple]:
    from concord.published import connect_reader

    with closing(connect_reader(settings, snapshot)) as lake:
        return lake.execute(query).fetchall()
