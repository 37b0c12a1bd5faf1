"""Which faults and look-alikes exist between what visited networks charge and what subscribers are charged."""

from __future__ import annotations

from seeds.operator.planting.role import fault, honest

ROAMING = (
    fault("X2.not_rated", 30, 4, "use abroad that a partner charges and that never became usage of ours"),
    fault("X2.home_price", 30, 4, "use abroad that mediation took for use at home, rated at the home price"),
    fault("X2.wrong_zone", 24, 4, "use within the EU that mediation took for use outside, rated too high"),
    honest("X2.included", 30, 4, "calls within the EU that the plan's allowance covers"),
    honest("X2.incoming_call", 26, 5, "calls received abroad, which the partner charges and the subscriber has free"),
    honest("X2.late_file", 26, 5, "use of weeks ago whose file has only just come: it is rated with the next bill"),
    honest("X2.test_file", 20, 4, "events of a test file: nothing is charged"),
)
