"""Faults and distractors of the order stage: from the order to the network and the first bill."""

from __future__ import annotations

from seeds.operator.planting.role import fault, honest

# Given out before usage exists, because they change from when to when a line is served, billed and used.
ORDERS = (
    fault("O3.late_start", 34, 5, "activated on the day of the order's completion; billing begins days later"),
    honest("O3.agreed_start", 12, 2, "the contract puts the start of billing days after the activation"),
    honest("O3.free_month", 12, 2, "a promotion makes the first month free; billing begins after it"),
    honest("O3.next_day", 16, 1, "billing begins on the day after the activation, as agreed"),
    fault("O6.still_active", 36, 6, "the cease was completed and billing ended; the network serves on and is used"),
    honest("O6.late_files", 20, 3, "ceased; records of calls before the cease reach mediation days later"),
    honest("O6.unused", 18, 3, "ceased; the network serves on, but nobody uses the line"),
    fault(
        "O8.used_while_barred", 36, 6, "dunning barred the subscription; the network did not, and it is used and rated"
    ),
    honest("O8.bar_lifted", 14, 2, "barred by dunning and in the network; lifted after the payment and used again"),
    honest(
        "O8.emergency_calls", 14, 2, "barred by dunning and in the network; emergency calls go through, free by law"
    ),
    honest("O8.day_of_the_bar", 14, 2, "used on the day of the bar, before the network applied it in the night"),
    fault("C1.no_action", 30, 3, "overdue for weeks, and dunning never began"),
    fault("C1.stalled", 24, 3, "a reminder was sent; nothing followed although the invoice is still unpaid"),
    honest("C1.payment_plan", 20, 3, "overdue; a payment plan pauses dunning"),
    honest("C1.dispute", 20, 2, "overdue; the customer disputes the invoice, dunning is paused"),
    honest("C1.small_arrears", 18, 2, "overdue, but for so little that nobody is reminded"),
    fault("O4.stuck", 26, 3, "ordered and due weeks ago; the technical order is still under way, nothing is billed"),
    fault("O4.fallout", 22, 3, "the technical order failed and nobody took it up; the product order stays open"),
    honest("O4.on_hold", 20, 2, "an open order past its date, held at the customer's wish"),
    honest("O4.appointment", 20, 2, "an open order whose appointment lies in the future"),
    honest("O4.just_due", 18, 2, "an open order that was due in the last days"),
    fault("O11.duplicate_number", 20, 3, "a second SIM card carries the number unasked; its usage is on the bill"),
    honest("O11.multi_sim", 20, 3, "two SIM cards for one number, as the customer ordered"),
    fault("O5.upgrade_not_billed", 18, 2, "a faster plan was ordered and provisioned; billing charges the former one"),
    fault(
        "O5.downgrade_not_billed", 18, 2, "a slower plan was ordered and provisioned; billing charges the former one"
    ),
    fault("O5.speed_for_free", 18, 2, "the network lets more through than the plan that was ordered and is billed"),
    honest("O5.plan_followed", 18, 2, "a plan change that network and billing followed on its day"),
    honest("O5.change_ahead", 18, 2, "a plan change ordered for a day to come"),
    honest("O5.slow_copper", 18, 2, "less than the plan's speed, because the copper gives no more; billed as ordered"),
)

# SIM cards without a customer; those with traffic first, because usage is made for them in this order.
SIMS = (
    fault("O9.expired_test_sim", 24, 3, "a test SIM card whose purpose has ended is used on"),
    fault("O9.stock_sim_used", 20, 3, "a SIM card that lies in stock is used"),
    fault("O11.orphan_sim", 36, 6, "an active subscriber of the register that no CRM and no bill knows, with traffic"),
    honest("O9.valid_test_sim", 20, 2, "a test SIM card within its time"),
    honest("O9.valid_staff_sim", 20, 2, "a SIM card of the staff, entitled to its traffic"),
    honest("O11.just_activated", 20, 3, "activated and used in the last two days; the CRM follows"),
    honest("O9.expired_unused", 18, 2, "a test SIM card whose purpose has ended; nobody uses it"),
    honest("O11.in_quarantine", 20, 3, "a number in quarantine: in the register, inactive"),
)
