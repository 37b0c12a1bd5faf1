"""Faults and distractors of charging: billing's rate table, and what of a use is free, and why."""

from __future__ import annotations

from seeds.operator.planting.role import fault, honest

# Given out once usage is rated, to lines that hold no other role.
CHARGING = (
    fault("U6.free_zone_flag", 24, 3, "data that costs something is flagged as a service that is free by agreement"),
    fault("U6.emergency_flag", 16, 2, "paid calls are flagged as emergency calls"),
    fault("U6.staff_rate", 20, 3, "a customer's usage is rated with the free rates of the staff's offer"),
    fault("U8.not_applied", 26, 3, "usage that the allowance covers is charged in full"),
    fault("U8.applied_twice", 22, 3, "the allowance covers twice what was granted"),
    fault("U8.not_reset", 22, 2, "what was used in the period before counts against the new allowance"),
    fault("U8.wrong_line", 12, 2, "the account's shared allowance covers a line that has no part in it"),
    honest("U6.zero_rated_service", 24, 3, "data of services that are free by agreement"),
    honest("U6.emergency_call", 12, 2, "emergency calls, free by law"),
    honest("U6.staff_offer", 12, 2, "a line on the staff's offer, all of it free"),
    honest("U6.flat_price", 24, 3, "usage that the offering prices at zero"),
    honest("U6.allowance_covered", 24, 3, "usage at an amount of zero because the allowance covers it"),
    honest("U8.used_up", 26, 4, "the allowance ends within a use; the rest of it is charged"),
    honest("U8.shared", 20, 3, "lines of one account draw on what another of them brought"),
    honest("U8.prorated", 12, 1, "an allowance that was granted for part of the period only"),
    honest("U8.left_over", 26, 5, "usage that leaves some of the allowance, which lapses"),
)

# About rows of billing's rate table, not customers: as many in an operator of any size.
TARIFFS = (
    fault("P1.gap", 0, 1, "the former price ended and the new one was entered to begin days later; nothing is charged"),
    fault("P1.late_raise", 0, 1, "a raised price was entered days after the day of the change"),
    fault("P1.overlap", 0, 1, "the former price was not ended with the change of price, and billing takes it"),
    fault("P1.missing_zone", 0, 1, "the rate of a zone was never entered; nothing is charged"),
    fault("P1.wrong_price", 0, 2, "a price was typed wrongly"),
    honest("P1.price_change", 0, 3, "a raised price, entered to the instant"),
    honest("P1.renumbered", 0, 3, "a rate that ends and is followed by another at the same price"),
    honest("P1.free_of_charge", 0, 3, "a price of zero that the catalogue has, too"),
)
