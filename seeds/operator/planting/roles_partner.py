"""Roles of collection and of partners: what happens to money and documents, not to lines."""

from __future__ import annotations

from seeds.operator.planting.role import fault, honest

# Subjects are payments and what the bank booked.
RECEIVABLES = (
    fault("C2.never_applied", 24, 3, "the bank received a customer's payment; nobody applied it to the invoice"),
    fault("C2.applied_short", 12, 2, "a payment was applied with less than the bank received"),
    fault("C2.applied_twice", 14, 2, "one receipt was applied twice"),
    fault("C2.return_not_reversed", 16, 2, "the bank returned a direct debit; billing still shows it as paid"),
    fault("C2.applied_without_receipt", 10, 2, "billing shows a payment that the bank never received"),
    honest("C2.wrong_reference", 30, 3, "paid with a wrong reference, found out and applied days later"),
    honest("C2.split_payment", 20, 2, "one receipt for two invoices, applied to each"),
    honest("C2.overpayment_credited", 16, 2, "more paid than due; the rest was credited to the account"),
    honest("C2.fee_deducted", 12, 2, "a bank kept its fee; the invoice was settled in full"),
    honest("C2.return_reversed", 20, 2, "a returned direct debit that billing took back"),
    honest("C2.not_yet_applied", 16, 2, "received on the last days; cash application is still at it"),
    honest("C2.bank_reversal", 8, 1, "the bank booked a receipt by mistake and took it back"),
    honest("C2.not_a_customer", 8, 1, "money of a partner or an authority that belongs to no invoice"),
)

# Subjects are postings of a bill run to an account, and journal documents.
JOURNAL = (
    fault("C3.line_missing", 2, 2, "an account of a bill run is missing in its journal document"),
    fault("C3.wrong_amount", 2, 2, "an account of a bill run was posted with another amount"),
    fault("C3.wrong_account", 1, 1, "a bill run's revenue was posted to the account of another kind of revenue"),
    fault("C3.posted_twice", 1, 1, "an account of a bill run was posted a second time"),
    fault("C3.unbalanced_document", 2, 2, "a manual journal document whose debits and credits differ"),
    honest("C3.corrected", 2, 2, "posted too low, and put right by an approved manual document"),
    honest("C3.split_document", 1, 1, "a bill run posted in two documents"),
    honest("C3.accrual", 3, 3, "revenue not billed yet, accrued at the month's end and reversed"),
    honest("C3.manual_document", 4, 4, "a manual document on a revenue account for no bill run"),
    honest("C3.next_month", 1, 1, "a bill run of the last day, posted in the next month's export"),
)

PARTNER = (*RECEIVABLES, *JOURNAL)

# Subjects are sales: a dealer and the order that it is paid for.
COMMISSIONS = (
    fault("X3.no_order", 14, 3, "a dealer is paid for an order that does not exist"),
    fault("X3.not_activated", 12, 3, "a dealer is paid for an order that was cancelled, failed or is still open"),
    fault("X3.paid_twice", 16, 4, "one sale was paid in two statements"),
    fault("X3.wrong_rate", 16, 4, "a sale was paid with more than the agreed commission"),
    fault("X3.clawback_missing", 24, 4, "the line ceased within the clawback period; nothing was taken back"),
    honest("X3.clawed_back", 12, 2, "the line ceased within the clawback period; the next statement took it back"),
    honest("X3.after_period", 12, 2, "the line ceased after the clawback period"),
    honest("X3.recent_cease", 8, 1, "ceased last month; the clawback belongs in the next statement"),
    honest("X3.paid_in_parts", 14, 3, "one sale paid in two halves, in two statements"),
    honest("X3.correction_pair", 14, 3, "paid too much by mistake and corrected in the next statement"),
    honest("X3.two_lines", 10, 2, "two sales to one customer, in one statement"),
    honest("X3.rate_change", 14, 4, "paid at the commission of the day of activation, before or after it changed"),
)

# Subjects are settlements: a partner, direction, destination and month.
INTERCONNECT = (
    fault("X1.minutes_too_high", 4, 4, "a carrier invoices more minutes than it was sent"),
    fault("X1.wrong_rate", 4, 4, "a carrier invoices at another rate than the agreed one"),
    fault("X1.duplicate_line", 3, 3, "a line of a carrier's invoice stands there twice"),
    fault("X1.incoming_too_low", 4, 4, "our own invoice for incoming calls has fewer minutes than the gateway counted"),
    fault("X1.incoming_not_billed", 3, 3, "our own invoice leaves a kind of incoming calls out"),
    honest("X1.within_tolerance", 6, 6, "minutes that differ by what two counters always differ by"),
    honest("X1.rate_change", 3, 3, "the rate changed in mid-month, and two lines follow it"),
    honest("X1.credited_later", 3, 3, "too many minutes, disputed and credited with a later invoice"),
    honest("X1.not_invoiced_yet", 3, 3, "the last month, whose invoice comes later"),
)
# Subjects are an offering, a destination and a month.
MARGINS = (
    fault("P2.rate_raised", 3, 3, "the carrier raised its rate above the offering's price, which nobody followed"),
    fault("P2.rate_raised_later", 3, 3, "the same, for the last months alone"),
    honest("P2.trifle", 3, 3, "an offering below cost with next to no traffic"),
    honest("P2.sells_above_cost", 3, 3, "an offering whose price is above the raised rate, too"),
    honest("P2.low_margin", 3, 3, "a rate just below the lowest price"),
    honest("P2.single_day", 1, 1, "a rate above the price for a single day; over the month it pays"),
)
PARTNERS = (*COMMISSIONS, *INTERCONNECT)
