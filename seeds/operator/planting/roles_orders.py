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
    honest("C1.payment_plan", 20, 2, "overdue; a payment plan pauses dunning"),
    honest("C1.dispute", 20, 2, "overdue; the customer disputes the invoice, dunning is paused"),
    honest("C1.small_arrears", 18, 2, "overdue, but for so little that nobody is reminded"),
)
