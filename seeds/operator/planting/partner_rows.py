"""Ledger rows of collection and partners: faults and look-alikes that have no line of their own."""

from __future__ import annotations

import polars as pl

from seeds.operator.copies.inventory import CIRCUIT
from seeds.operator.copies.keys import Keys
from seeds.operator.ledger import planted_rows
from seeds.operator.planting.circuits import Circuits
from seeds.operator.planting.commissions import Commissions
from seeds.operator.planting.interconnect import Interconnect
from seeds.operator.planting.journal import Journal
from seeds.operator.planting.margins import Margins
from seeds.operator.planting.receivables import Receivables


def receivable_rows(receivables: Receivables) -> pl.DataFrame:
    """C2: each by what the bank calls the transaction, or by billing's payment where the bank knows none."""
    planted = receivables.planted
    day, amount = planted["day"].to_numpy(), planted["amount"].to_numpy()
    subject = planted.select(
        pl.col("reference").alias("bank.transaction"),
        pl.col("payment_id").alias("billing.payment"),
        pl.col("invoice_id").alias("billing.invoice"),
    )
    return planted_rows(planted["code"], subject, day, day + 1, abs(amount), _directions(amount))


def journal_rows(journal: Journal) -> pl.DataFrame:
    """C3: each by bill run and account, or by the journal document."""
    planted = journal.planted
    amount = planted["amount"].to_numpy()
    subject = planted.select(
        pl.col("posting").alias("general_ledger.posting"), pl.col("document").alias("general_ledger.journal_document")
    )
    directions = [None if value == 0 else "under" if value > 0 else "over" for value in amount]
    start, end = planted["day"].to_numpy(), planted["end"].to_numpy()
    return planted_rows(planted["code"], subject, start, end, abs(amount), directions)


def commission_rows(commissions: Commissions) -> pl.DataFrame:
    """X3: each by the dealer and the order that it is paid for."""
    planted = commissions.planted
    amount, day = planted["amount"].to_numpy(), planted["day"].to_numpy()
    subject = planted.select((pl.col("dealer") + "/" + pl.col("order")).alias("partners.sale"))
    directions = [None if value == 0 else "under" for value in amount]
    return planted_rows(planted["code"], subject, day, day + 1, amount, directions)


def interconnect_rows(interconnect: Interconnect) -> pl.DataFrame:
    """X1: each by partner, direction, destination and month."""
    planted = interconnect.planted
    amount = planted["amount"].to_numpy()
    month = pl.col("day").cast(pl.Int32).cast(pl.Date).dt.strftime("%Y-%m")
    settlement = pl.concat_str("partner", "direction", "destination", month, separator="/")
    subject = planted.select(settlement.alias("partners.settlement"))
    directions = [None if value == 0 else "under" if value > 0 else "over" for value in amount]
    start, end = planted["day"].to_numpy(), planted["end"].to_numpy()
    return planted_rows(planted["code"], subject, start, end, abs(amount), directions)


def circuit_rows(circuits: Circuits, keys: Keys) -> pl.DataFrame:
    """O10: each by inventory's circuit, or by the supplier's reference where inventory has none."""
    planted = circuits.planted
    resource = keys.network_resource(CIRCUIT, planted["number"].to_numpy())
    known = pl.col("number") >= 0
    subject = planted.with_columns(resource=resource).select(
        pl.when(known).then("resource").alias("inventory.resource"),
        pl.when(~known).then("leased").alias("partners.leased_circuit"),
    )
    amount = planted["amount"].to_numpy()
    directions = [None if value == 0 else "under" for value in amount]
    start, end = planted["day"].to_numpy(), planted["end"].to_numpy()
    return planted_rows(planted["code"], subject, start, end, amount, directions)


def margin_rows(margins: Margins, keys: Keys) -> pl.DataFrame:
    """P2: each by offering and destination, of a month."""
    planted = margins.planted
    offering = keys.offering[planted["offering"].to_numpy()]
    subject = planted.with_columns(offering=offering).select(
        (pl.col("offering") + "/" + pl.col("destination")).alias("catalog.offering_destination")
    )
    amount = planted["amount"].to_numpy()
    directions = [None if value == 0 else "under" for value in amount]
    start, end = planted["day"].to_numpy(), planted["end"].to_numpy()
    return planted_rows(planted["code"], subject, start, end, amount, directions)


def _directions(amount) -> list[str | None]:
    """Above zero the customer is owed; below zero the operator is."""
    return [None if value == 0 else "over" if value > 0 else "under" for value in amount]
