"""A small published lake with the marts that a report reads, made by hand."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars

from concord.engine import connect
from concord.published import publish
from concord.settings import Lake, Settings

CONTROLS = [
    ("O1", "Provisioned, not billed", "order", 2, "under"),
    ("O2", "Billed, not provisioned", "order", 2, "over"),
    ("U3", "Rated, never billed", "usage", 3, "under"),
    ("U4", "Duplicate usage", "usage", 3, "over"),
    ("R1", "Mis-rating", "rating_and_billing", 4, "both"),
]
NAMES = ["Müller & Söhne GmbH", "Jürgen Groß", "=1+1", "<script>alert(1)</script>", "Zoë O'Neill"]
# control, direction, month, amount
FINDINGS = [
    ("O1", "under", 7, "29.99"),
    ("O1", "under", 8, "29.99"),
    ("O1", "under", 9, "14.50"),
    ("O2", "over", 8, "39.90"),
    ("U3", "under", 8, "1204.17"),
    ("U4", "over", 9, "3.20"),
    ("R1", "under", 7, "0.35"),
    ("R1", "over", 7, "12.00"),
]


def publish_marts(folder: Path, *, findings: int = len(FINDINGS), loads: bool = True) -> Settings:
    """Publish the first ``findings`` findings and a cleared one; returns the settings."""
    settings = Settings(lake=Lake(folder=folder / "lake"), reports=folder / "reports")
    settings.lake_folder.mkdir(parents=True, exist_ok=True)
    rows = [_finding(position, *row) for position, row in enumerate(FINDINGS[:findings])]
    rows.append(_finding(99, "O1", "under", 8, "500.00") | {"status": "cleared"})
    finding_frame = polars.DataFrame(rows, schema_overrides={"amount": polars.Decimal(18, 2)})
    with connect(str(settings.workspace)) as workspace:
        for schema in ("core", "marts_revenue_assurance", "marts_quality"):
            workspace.execute(f"create schema if not exists {schema}")
        workspace.register("finding", finding_frame.to_arrow())
        workspace.execute("""
            create or replace table marts_revenue_assurance.leakage_finding as
            select
                *, date_trunc('month', period_start)::date as month,
                case when direction = 'under' then amount else -amount end as signed_amount
            from finding
        """)
        workspace.register("coverage", polars.DataFrame(_coverage(rows), infer_schema_length=None).to_arrow())
        workspace.execute("create or replace table marts_revenue_assurance.control_coverage as select * from coverage")
        workspace.execute("""
            create or replace table marts_quality.source_disagreement as
            select
                'customer' as entity, 'email' as attribute, 'billing' as system_a, 'crm' as system_b,
                '[{"id":"C1","key_a":"7","value_a":"a@x.example","key_b":"9","value_b":"b@x.example"}]' as examples,
                600::bigint as compared_count, 30::bigint as differing_count, 5.00::decimal(5, 2) as differing_pct
            union all
            select 'service', 'status', 'billing', 'inventory', '[]', 500, 0, 0.00
        """)
        workspace.execute("""
            create or replace table marts_quality.identity_worklist as
            select unnest(['rejected_key', 'uncertain_link', 'uncertain_link']) as kind
        """)
        workspace.execute("""
            create or replace table marts_quality.unlinked_summary as
            select 'service' as entity, 'billing' as system, true as is_over_ceiling
            union all
            select 'product', 'crm', false
        """)
    extra = {"ops.load_outcome": _loads()} if loads else {}
    publish(settings, extra)
    return settings


def _finding(position: int, control: str, direction: str, month: int, amount: str) -> dict:
    name = NAMES[position % len(NAMES)]
    return {
        "finding_id": f"{position:032x}",
        "control_id": control,
        "control_name": next(row[1] for row in CONTROLS if row[0] == control),
        "direction": direction,
        "status": "open",
        "customer_id": f"C{position % len(NAMES)}",
        "customer_name": name,
        "billing_account_id": f"A{position}",
        "account_id_billing": f"{700000 + position}",
        "service_id": f"S{position}",
        "service_number": f"4915112{position:05d}",
        "source_keys": json.dumps({"billing.subscription": f"SUB-{position}", "crm.product": None}),
        "evidence": json.dumps({"unbilled_days": 31, "monthly_charge": "29.99"}),
        "period_start": date(2026, month, 1),
        "period_end": date(2026, month + 1, 1),
        "currency_code": "EUR",
        "amount": Decimal(amount),
        "root_cause_type": "bill_run",
        "root_cause_key": f"BR-{month}",
        "is_estimate": False,
        "first_seen_at": datetime(2026, 10, 1, 8),
        "last_seen_at": datetime(2026, 10, 1, 8),
    }


def _coverage(findings: list[dict]) -> list[dict]:
    active = [
        {
            "control_id": control,
            "name": name,
            "stage": stage,
            "stage_order": order,
            "direction": direction,
            "systems_compared": "network subscribers, billing",
            "status": "active",
            "reason": None,
            "subject": "subscription",
            "subjects_checked": 1234,
            "first_period_start": date(2026, 7, 1),
            "last_period_end": date(2026, 10, 1),
            "findings": sum(row["control_id"] == control and row["status"] == "open" for row in findings),
        }
        for control, name, stage, order, direction in CONTROLS
    ]
    blank = dict.fromkeys(("subject", "subjects_checked", "first_period_start", "last_period_end", "findings"))
    other = {"stage": "usage", "stage_order": 3, "direction": "under", "systems_compared": "usage, bill", **blank}
    return [
        *active,
        {"control_id": "U5", "name": "Too late to back-bill", "status": "not_built", "reason": None, **other},
        {
            "control_id": "U2",
            "name": "Rejected usage ageing",
            "status": "cannot_tell",
            "reason": "source usage is missing",
            **other,
        },
    ]


def _loads() -> polars.DataFrame:
    moment = datetime(2026, 10, 1, 7, 30, tzinfo=UTC)
    return polars.DataFrame(
        {
            "load_id": ["1", "2", "3"],
            "system": ["billing", "billing", "crm"],
            "entity": ["account", "invoice", "customer"],
            "mode": ["full", "full", "full"],
            "status": ["loaded", "unchanged", "failed"],
            "reason": [None, None, "unreachable"],
            "rows": [600, 0, 0],
            "quarantined_rows": [2, 0, 0],
            "started_at": [moment, moment, moment],
            "finished_at": [moment, moment, moment],
        }
    )
