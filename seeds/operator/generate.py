"""Makes one synthetic operator on disk: flawed copies of one true world, and the ledger of what is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from seeds.operator.build import Operator, build_operator
from seeds.operator.copies.alarms import copy_alarms
from seeds.operator.copies.bank import copy_bank
from seeds.operator.copies.billing import BillingCopy, copy_billing
from seeds.operator.copies.catalog import copy_catalog
from seeds.operator.copies.crm import copy_crm
from seeds.operator.copies.crm_fixed import copy_crm_fixed
from seeds.operator.copies.general_ledger import copy_general_ledger
from seeds.operator.copies.inventory import copy_inventory
from seeds.operator.copies.keys import Keys
from seeds.operator.copies.orders import copy_orders, order_book
from seeds.operator.copies.partners import copy_partners
from seeds.operator.copies.performance import copy_performance, name_flaws
from seeds.operator.copies.roaming import copy_roaming
from seeds.operator.copies.subscribers import copy_subscribers
from seeds.operator.copies.usage import arrange, copy_usage
from seeds.operator.ledger import build_ledger, subject_text
from seeds.operator.planting.bill_rows import bill_rows
from seeds.operator.planting.charging_rows import rate_table_rows
from seeds.operator.planting.circuits import Circuits, plant_circuits
from seeds.operator.planting.collection import collection_rows
from seeds.operator.planting.commissions import Commissions, plant_commissions
from seeds.operator.planting.interconnect import Interconnect, plant_interconnect
from seeds.operator.planting.journal import Journal, plant_journal
from seeds.operator.planting.margins import Margins, plan_margins
from seeds.operator.planting.network_rows import late_usage_rows, lost_record_rows, reject_rows, session_rows
from seeds.operator.planting.orders_rows import barred_usage_rows, free_speed_rows, lone_usage_rows, open_order_rows
from seeds.operator.planting.partner_rows import (
    circuit_rows,
    commission_rows,
    interconnect_rows,
    journal_rows,
    margin_rows,
    receivable_rows,
)
from seeds.operator.truth import build_truth
from seeds.operator.world.parameters import Parameters

Progress = Callable[[str], None]
# Rises when the same arguments begin to make another operator.
VERSION = 34


def generate(
    folder: Path | str,
    customers: int = 5000,
    months: int = 3,
    events: int = 1_000_000,
    seed: int = 42,
    start: date = date(2026, 7, 1),
    progress: Progress | None = None,
) -> None:
    """Writes ``systems/<system>/<entity>.parquet``, ``ledger.parquet``, ``truth/`` and ``world.json`` into a folder.

    The same arguments always write the same files. ``progress`` is called with one line per step.
    Raises ValueError for sizes below one customer or one month.
    """
    folder = Path(folder)
    report = progress or (lambda line: None)
    parameters = Parameters(customers=customers, months=months, events=events, seed=seed, start=start)
    operator = build_operator(parameters)
    report(
        f"true world: {customers:,} customers, {len(operator.lines):,} products, {len(operator.events):,} usage records"
    )

    keys = Keys(operator)
    files = arrange(operator)
    billing = copy_billing(operator, keys, files)
    crm = copy_crm(operator, keys)
    crm_fixed = copy_crm_fixed(operator, keys)
    copies = {"billing": billing.entities, "crm": crm.entities, "crm_fixed": crm_fixed.entities}
    journal = plant_journal(operator, billing.entities["invoice"], billing.entities["invoice_line"])
    copies |= {"bank": copy_bank(operator, billing.receivables), "general_ledger": copy_general_ledger(journal)}
    circuits = plant_circuits(operator, keys)
    copies |= {"inventory": copy_inventory(operator, keys, circuits), "alarms": copy_alarms(operator)}
    for system, entities in copies.items():
        _write(folder, system, entities, report)
    # These are held no longer than it takes to write them.
    _write(folder, "catalog", copy_catalog(operator, keys), report)
    book = order_book(operator, keys)
    commissions = plant_commissions(operator, book)
    _write(folder, "orders", copy_orders(book), report)
    del book
    _write(folder, "performance", copy_performance(operator), report)
    _write(folder, "roaming", copy_roaming(operator), report)
    usage = copy_usage(operator, files)
    margins = plan_margins(operator)
    interconnect = plant_interconnect(operator, usage["usage_event"], margins)
    _write(folder, "record_counts", {"record_count": usage.pop("record_count")}, report)
    _write(folder, "usage", usage, report)
    del usage
    _write(folder, "partners", copy_partners(operator, keys, commissions, interconnect, circuits), report)
    _write_subscribers(folder, operator, report)

    beliefs = {
        "crm": crm.beliefs.with_columns(key=keys.crm_customer).filter(pl.Series(keys.in_crm)),
        "crm duplicate": crm.duplicate_beliefs.with_columns(key=keys.crm_duplicate).filter(pl.Series(keys.duplicated)),
        "crm_fixed": crm_fixed.beliefs.with_columns(key=keys.customer_no).filter(pl.Series(keys.in_crm_fixed)),
        "billing": billing.beliefs.with_columns(key=keys.account),
    }
    planted = _planted(operator, keys, billing, journal, commissions, interconnect, circuits, margins)
    ledger = build_ledger(operator, keys, beliefs, _flaws(operator, keys, billing), planted)
    ledger.write_parquet(folder / "ledger.parquet")
    (folder / "truth").mkdir(exist_ok=True)
    for name, frame in build_truth(operator, keys, files, circuits, copies).items():
        frame.write_parquet(folder / "truth" / f"{name}.parquet")
    _write_parameters(folder, parameters)
    faults = ledger.filter(pl.col("kind") == "fault")
    report(f"ledger: {len(faults):,} faults, {len(ledger) - len(faults):,} distractors and disagreements")


def _write(folder: Path, system: str, entities: dict[str, pl.DataFrame], report: Progress) -> None:
    target = folder / "systems" / system
    target.mkdir(parents=True, exist_ok=True)
    for entity, frame in entities.items():
        frame.write_parquet(target / f"{entity}.parquet")
    report(f"{system}: " + ", ".join(f"{entity} {len(frame):,}" for entity, frame in entities.items()))


def _write_subscribers(folder: Path, operator: Operator, report: Progress) -> None:
    """A dump after the other, so that memory holds one at a time."""
    target = folder / "systems" / "subscribers"
    target.mkdir(parents=True, exist_ok=True)
    rows, writer = 0, None
    for dump in copy_subscribers(operator):
        table = dump.to_arrow(compat_level=pl.CompatLevel.oldest())
        writer = writer or pq.ParquetWriter(target / "subscriber.parquet", table.schema, compression="zstd")
        writer.write_table(table)
        rows += len(dump)
    if writer:
        writer.close()
    report(f"subscribers: subscriber {rows:,}")


def _flaws(operator: Operator, keys: Keys, billing: BillingCopy) -> list[pl.DataFrame]:
    """Disagreements about references: who belongs to whom, customers entered twice, names of the network."""
    names = name_flaws(operator)
    account = billing.reference_flaws["account"].to_numpy()
    line = billing.number_flaws["line"].to_numpy()
    twice = pl.Series(keys.duplicated)
    duplicates = pl.DataFrame(
        {"crm.customer": keys.crm_customer.filter(twice), "crm.other_customer": keys.crm_duplicate.filter(twice)}
    )
    return [
        pl.DataFrame(
            {
                "subject": subject_text(pl.DataFrame({"billing.account": keys.account[account]})),
                "description": billing.reference_flaws["description"],
            }
        ),
        pl.DataFrame({"subject": subject_text(keys.subject(line)), "description": billing.number_flaws["description"]}),
        duplicates.select(
            subject=subject_text(duplicates),
            description=pl.lit("duplicate_customer: the CRM holds this person twice"),
        ),
        names.select(subject=subject_text(names.drop("description")), description="description"),
    ]


def _planted(
    operator: Operator,
    keys: Keys,
    billing: BillingCopy,
    journal: Journal,
    commissions: Commissions,
    interconnect: Interconnect,
    circuits: Circuits,
    margins: Margins,
) -> list[pl.DataFrame]:
    """Faults and distractors that tell their own money, one frame per stage of the chain."""
    return [
        barred_usage_rows(operator, keys),
        open_order_rows(operator, keys),
        free_speed_rows(operator, keys),
        lone_usage_rows(operator, keys),
        collection_rows(operator, keys, billing.entities["invoice"]),
        *bill_rows(operator, keys),
        receivable_rows(billing.receivables),
        journal_rows(journal),
        rate_table_rows(operator, keys),
        commission_rows(commissions),
        late_usage_rows(operator, keys),
        reject_rows(operator, keys),
        *billing.planted,
        interconnect_rows(interconnect),
        circuit_rows(circuits, keys),
        margin_rows(margins, keys),
        session_rows(operator, keys),
        lost_record_rows(operator),
        billing.prepaid.rows(),
    ]


def _write_parameters(folder: Path, parameters: Parameters) -> None:
    now = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=parameters.now)
    content = {
        "customers": parameters.customers,
        "months": parameters.months,
        "events": parameters.events,
        "seed": parameters.seed,
        "start": parameters.start.isoformat(),
        "end": parameters.end.isoformat(),
        "now": now.isoformat(),
        "home_zone": "Europe/Berlin",
        "currency_code": "EUR",
    }
    (folder / "world.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
