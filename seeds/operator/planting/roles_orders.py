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
)
