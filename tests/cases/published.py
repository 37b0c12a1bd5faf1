"""A published lake with findings, made by hand: what cases follow."""

from __future__ import annotations

from concord.published import publish
from concord.settings import Settings
from tests.concord.lakes import build

# finding_id, control, direction, currency, root cause key, amount, status
FINDINGS = [
    ("f1", "O1", "under", "EUR", "T1", "120.50", "open"),
    ("f2", "O1", "under", "EUR", "T1", "10.00", "open"),
    ("f3", "R1", "over", "USD", "T2", "3.25", "open"),
    ("f4", "R1", "over", "USD", "T2", "9.99", "cleared"),
]


def publish_findings(
    settings: Settings, findings: list[tuple] = FINDINGS, *, cannot_tell: tuple[str, ...] = (), past: bool = False
) -> None:
    """Publish these findings; controls in ``cannot_tell`` lack a source; ``past`` is a build of an earlier instant."""
    rows = ", ".join(str(row) for row in findings) or "(null, null, null, null, null, null, null)"
    controls = ", ".join(
        f"('{control}', '{'cannot_tell' if control in cannot_tell else 'active'}')" for control in ("O1", "R1")
    )
    build(
        settings,
        "create schema if not exists core",
        "create schema if not exists registry",
        f"create or replace table core.dim_control as from (values {controls}) as t(control_id, status)",
        f"""
        create or replace table core.fct_leakage_finding as
        select
            cast(finding_id as varchar) as finding_id, cast(control_id as varchar) as control_id,
            cast(direction as varchar) as direction, cast(currency_code as varchar) as currency_code,
            'tariff' as root_cause_type, cast(root_cause_key as varchar) as root_cause_key,
            date '2026-07-01' as period_start, date '2026-08-01' as period_end,
            cast(amount as decimal(18, 2)) as amount, cast(status as varchar) as status
        from (values {rows})
            as t(finding_id, control_id, direction, currency_code, root_cause_key, amount, status)
        where finding_id is not null
        """,
        "create or replace table registry.clock as select timestamp '2026-10-01' as known_until, "
        f"{str(past).lower()} as is_past_rebuild",
    )
    publish(settings)
