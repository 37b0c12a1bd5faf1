"""The billing and rating database: accounts, subscriptions, rate tables, rated usage, bills and payments."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.billing_accounts import accounts, granted_discounts, subscription_plans, subscriptions
from seeds.operator.copies.billing_delivery import account_tax_status, invoice_deliveries
from seeds.operator.copies.billing_dunning import dunning_actions
from seeds.operator.copies.billing_invoices import adjustments, invoices_and_lines, with_payments
from seeds.operator.copies.billing_rated_usage import rated_usage
from seeds.operator.copies.billing_tariffs import bill_runs, employees, rating_rates, recurring_rates
from seeds.operator.copies.keys import Keys
from seeds.operator.copies.usage import MediationFiles
from seeds.operator.planting.invoice_rows import delivery_rows, tax_rows
from seeds.operator.planting.prepaid import Prepaid, plant_prepaid
from seeds.operator.planting.receivables import Receivables, plant_receivables


@dataclass(frozen=True)
class BillingCopy:
    """Frames by entity; what billing believes of each account's holder; what its operators typed wrongly."""

    entities: dict[str, pl.DataFrame]
    beliefs: pl.DataFrame
    reference_flaws: pl.DataFrame  # account, description
    number_flaws: pl.DataFrame  # line, description
    receivables: Receivables
    planted: list[pl.DataFrame]  # rows of the ledger about finished invoices
    prepaid: Prepaid


def copy_billing(operator: Operator, keys: Keys, files: MediationFiles) -> BillingCopy:
    """All billing entities, columns as the database has them."""
    random = operator.parameters.random("billing")
    account, beliefs, reference_flaws = accounts(operator, keys, random)
    subscription, number_flaws = subscriptions(operator, keys, random)
    invoice, invoice_line, taxation, deliveries = invoices_and_lines(operator, keys, random)
    numbered = invoice.select("invoice_id", "account", "run", "worth")
    invoice, payment = with_payments(operator, keys, invoice, deliveries, random)
    receivables = plant_receivables(operator, invoice, payment)
    invoice, payment = receivables.invoices, receivables.payments
    # What is held for review is not dunned; what came back or was forgotten is.
    held = numbered["invoice_id"].filter(pl.Series(deliveries.has("R7.never_released")))
    prepaid = plant_prepaid(operator.parameters)
    entities = {
        "account": account,
        "subscription": subscription,
        "subscription_plan": subscription_plans(operator, keys),
        "rating_rate": rating_rates(operator),
        "recurring_rate": recurring_rates(),
        "employee": employees(),
        "discount": granted_discounts(operator, keys, random),
        "bill_run": bill_runs(operator),
        "invoice": invoice,
        "invoice_line": invoice_line,
        "rated_usage": rated_usage(operator, keys, files),
        "adjustment": adjustments(operator, keys, invoice, random),
        "payment": payment,
        "dunning_action": dunning_actions(operator, keys, invoice, payment, held),
        "account_tax_status": account_tax_status(taxation, keys),
        "invoice_delivery": invoice_deliveries(deliveries, numbered["invoice_id"]),
        **prepaid.entities,
    }
    planted = [tax_rows(operator, taxation, numbered), delivery_rows(operator, deliveries, numbered)]
    return BillingCopy(entities, beliefs, reference_flaws, number_flaws, receivables, planted, prepaid)
