"""Faults of the bill itself and their honest look-alikes: skipped accounts, fees, proration."""

from __future__ import annotations

from seeds.operator.planting.role import fault, honest

# Of a whole account: one row of the ledger for all its lines.
OF_AN_ACCOUNT = ("R2.account_skipped",)

# Given out with the lifecycle, because some change when a line begins and ends.
BILLS = (
    fault("R2.account_skipped", 18, 5, "a bill run skipped the account: no invoice, and its usage was not picked up"),
    honest("R2.opened_after_cut", 12, 3, "an account opened after the last bill period's end; the next run bills it"),
    honest("R2.nothing_to_bill", 12, 3, "everything on the account had ended before the bill period"),
    fault("R3.activation_fee_missed", 18, 3, "the activation fee that was agreed with the order is on no bill"),
    fault("R3.termination_fee_missed", 18, 3, "the early-termination fee that the cease owes is on no bill"),
    honest("R3.activation_fee_waived", 14, 2, "the activation fee was waived when the line was sold"),
    honest("R3.termination_after_term", 14, 3, "ceased after the minimum term; no fee is owed"),
    honest("R3.termination_fee_waived", 12, 2, "ceased within the minimum term; the fee was waived with the order"),
    fault("R5.start_in_full", 16, 3, "a line that began inside the period is charged for the whole month"),
    fault("R5.thirty_day_month", 16, 3, "the recurring charge is divided by thirty days whatever the month has"),
    fault("R5.day_short", 14, 3, "the first period of a line is charged for a day too few"),
    fault("R5.rounded_down", 12, 3, "the recurring charge is cut to whole cents, not rounded half up"),
    honest("R5.start_prorated", 16, 3, "a line that began inside the period, charged for its days"),
    honest("R5.ended_in_period", 16, 3, "a line that ended inside the period, charged for its days"),
    honest("R5.plan_changed_in_period", 16, 4, "a plan change inside the period, each plan charged for its days"),
    honest("R5.within_one_period", 14, 3, "a line that began and ended inside one period"),
    fault("R4.billed_after_end", 16, 3, "a discount that has ended is granted on"),
    fault("R4.over_promotion", 14, 2, "a discount above what its promotion gives"),
    fault("R4.beyond_term", 14, 2, "a promotion for some months that nobody ended"),
    fault("R4.stacked", 14, 2, "two discounts at once, of which one tolerates no other"),
    fault("R4.over_authority", 14, 2, "a discount by hand above what the one who granted it may give"),
    honest("R4.ended_in_period", 16, 3, "a discount that ended inside a bill period"),
    honest("R4.stacked_allowed", 16, 3, "two discounts at once that go together"),
    honest("R4.within_authority", 16, 2, "a discount by hand that the one who granted it may give"),
    honest("R4.capped", 14, 2, "a discount that its promotion caps"),
    honest("R4.one_after_other", 14, 2, "a promotion that ran out, and the next one from that day on"),
    fault("R9.over_limit", 16, 3, "a credit above what the one who posted it may give; nobody approved it"),
    fault("R9.split", 14, 3, "a credit above one's limit, posted in parts"),
    fault("R9.approved_by_peer", 12, 2, "a credit above one's limit, approved by somebody with no higher one"),
    honest("R9.approved", 16, 3, "a credit above one's limit, approved by somebody who may give it"),
    honest("R9.two_within", 14, 3, "two credits on one account that one's limit holds together"),
    honest("R9.supervisor", 14, 3, "a credit that a supervisor may give"),
)  # fmt: skip
