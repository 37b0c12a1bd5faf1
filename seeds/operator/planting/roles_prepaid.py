"""Which faults and look-alikes exist on prepaid balances."""

from __future__ import annotations

from seeds.operator.planting.role import fault, honest

PREPAID = (
    fault("R10.top_up_twice", 16, 3, "one payment for a top-up was credited twice"),
    fault("R10.voucher_twice", 16, 3, "a voucher that another account had used was credited again"),
    fault("R10.not_deducted", 16, 3, "use was charged and the balance stayed as it was"),
    fault("R10.restored", 16, 3, "a balance that had expired came back without a record"),
    fault("R10.not_credited", 14, 3, "a top-up was taken and never reached the balance"),
    honest("R10.refund", 14, 3, "a refund that somebody posted, with its record"),
    honest("R10.transfer", 14, 3, "credit that one account gave to another"),
    honest("R10.edge", 14, 3, "use before midnight at the end of the month, deducted after it"),
    honest("R10.bonus", 14, 3, "a bonus on a top-up, with its record"),
    honest("R10.top_up_reversed", 14, 3, "a top-up credited twice and taken back on the next day"),
    honest("R10.reinstated", 14, 3, "an expired balance that care gave back, with a record"),
)
