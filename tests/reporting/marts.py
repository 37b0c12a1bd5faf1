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
    ("X3", "Dealer commission", "partner", 6, "both"),
]
# Its money is what partners are paid; all others' is charges.
COST = "X3"
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
    (COST, "under", 8, "70.00"),
]


def publish_marts(folder: Path, *, findings: int = len(FINDINGS), loads: bool = True, bridge: bool = True) -> Settings:
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
            create or replace table marts_revenue_assurance.revenue_bridge_part as
            select
                month::date as month, customer_type, 'EUR' as currency_code, part_type, part, part_name, part_order,
                amount::decimal(18, 2) as amount
            from (values
                ('2026-07-01', 'person', 'billable', 'recurring', 'Recurring', 1, 1000.00),
                ('2026-07-01', 'company', 'billable', 'recurring', 'Recurring', 1, 500.00),
                ('2026-07-01', 'person', 'under', 'O1', 'O1 Provisioned, not billed', 3, -29.99),
                ('2026-07-01', 'person', 'over', 'R1', 'R1 Mis-rating', 4, 12.00),
                ('2026-07-01', 'person', 'unexplained', 'unexplained', 'Unexplained', 5, -0.01),
                ('2026-07-01', 'person', 'billed', 'billed', 'Billed', 6, 982.00),
                ('2026-07-01', 'company', 'unexplained', 'unexplained', 'Unexplained', 5, 0.00),
                ('2026-07-01', 'company', 'billed', 'billed', 'Billed', 6, 500.00),
                ('2026-08-01', 'person', 'billable', 'recurring', 'Recurring', 1, 900.00),
                ('2026-08-01', 'person', 'billable', 'discount', '=Discount', 2, -50.00),
                ('2026-08-01', 'person', 'unexplained', 'unexplained', 'Unexplained', 5, 0.00),
                ('2026-08-01', 'person', 'billed', 'billed', 'Billed', 6, 850.00),
                ('2026-08-01', 'person', 'outside', 'R6', 'R6 Tax wrong', 7, 3.00)
            ) as part(month, customer_type, part_type, part, part_name, part_order, amount)
        """)
        workspace.execute("""
            create or replace table marts_revenue_assurance.kpi_month as
            select
                month::date as month, 'EUR' as currency_code, billable::decimal(18, 2) as billable_amount,
                billed::decimal(18, 2) as billed_amount, -0.01::decimal(18, 2) as unexplained_amount,
                -0.0007::decimal(12, 4) as unexplained_pct, 29.99::decimal(18, 2) as under_exposure_amount,
                2.00::decimal(12, 2) as under_exposure_pct, 12.00::decimal(18, 2) as over_exposure_amount,
                0.80::decimal(12, 2) as over_exposure_pct, confirmed::decimal(18, 2) as under_confirmed_amount,
                leakage::decimal(12, 2) as leakage_pct, null::decimal(18, 2) as recoverable_amount,
                null::decimal(18, 2) as recovered_amount, null::decimal(12, 2) as recovery_pct,
                null::decimal(18, 2) as prevented_amount, 97.5::decimal(12, 2) as coverage_pct,
                61.5::decimal(9, 1) as days_to_detect, null::decimal(9, 1) as days_to_recover,
                8::bigint as cases, 1::bigint as decided_cases, 0::decimal(12, 2) as dismissed_pct,
                0::decimal(12, 2) as false_positive_pct
            from (values
                ('2026-07-01', 1500.00, 1482.00, 15.00, 1.00),
                ('2026-08-01', 850.00, 850.00, null, null)
            ) as figures(month, billable, billed, confirmed, leakage)
        """)
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
        if not bridge:
            for name in ("revenue_bridge_part", "kpi_month"):
                workspace.execute(f"drop table marts_revenue_assurance.{name}")
    extra = {"ops.load_outcome": _loads()} if loads else {}
    publish(settings, extra)
    return settings


def _finding(position: int, control: str, direction: str, month: int, amount: str) -> dict:
    name = NAMES[position % len(NAMES)]
    return {
        "finding_id": f"{position:032x}",
        "control_id": control,
        "control_name": next(row[1] for row in CONTROLS if row[0] == control),
        "bridge_class": "cost" if control == COST else "revenue",
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
            "bridge_class": "cost" if control == COST else "revenue",
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
    other = {"stage": "usage", "stage_order": 3, "direction": "under", "bridge_class": "revenue", **blank}
    other["systems_compared"] = "usage, bill"
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
