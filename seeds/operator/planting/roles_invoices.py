"""Faults and distractors of finished invoices: their tax, and whether they reach the customer."""

from __future__ import annotations

from seeds.operator.planting.role import fault, honest

# Subjects are accounts whose customers hold no other role.
TAXES = (
    fault("R6.old_rate", 14, 3, "the account is still taxed at the rate of 2020"),
    fault("R6.exempt_taxed", 12, 3, "the account is taxed although its exemption is on file"),
    fault("R6.untaxed", 12, 3, "the account is billed without tax; nothing on file says why"),
    fault("R6.exemption_expired", 12, 3, "the exemption ended, and the account is still billed without tax"),
    fault("R6.insurance_taxed", 12, 3, "an insurance, exempt by law, is taxed like a service"),
    honest("R6.exempt", 14, 3, "an account with an exemption on file, billed without tax"),
    honest("R6.exemption_ended", 12, 3, "an exemption that ended; tax is charged from then on"),
    honest("R6.exemption_begins", 12, 3, "an exemption that began inside the window; tax is charged until then"),
    honest("R6.reverse_charge", 12, 3, "a business established in another country, which owes the tax itself"),
    honest("R6.rounded_per_line", 14, 3, "an account whose tax is rounded charge by charge; cents differ"),
)

# Subjects are single invoices of other such accounts.
DELIVERIES = (
    fault("R7.never_released", 16, 3, "the invoice was held for review and nobody released it"),
    fault("R7.bounced", 16, 3, "the invoice came back as undeliverable and was not sent again"),
    fault("R7.not_in_delivery", 16, 3, "the delivery run left the invoice out"),
    fault("R7.zero_total", 12, 3, "the invoice's total is zero although it has charges"),
    honest("R7.released_in_time", 20, 3, "held for review, released and sent within days"),
    honest("R7.sent_again", 20, 3, "came back as undeliverable and was sent again another way"),
    honest("R7.held_lately", 12, 3, "held since the day of the last bill run; too early to say"),
    honest("R7.bounced_lately", 12, 3, "sent again after a bounce, and back since the last days"),
    honest("R7.nothing_to_pay", 12, 2, "a nil invoice, which is not sent"),
)

INVOICES = (*TAXES, *DELIVERIES)
