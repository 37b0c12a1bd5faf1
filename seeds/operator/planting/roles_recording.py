"""Roles between network elements and mediation: hours of an element, not lines."""

from __future__ import annotations

from seeds.operator.planting.role import fault, honest

RECORDING = (
    fault("U1.file_lost", 5, 3, "a file with some hours of an element's records never reached mediation"),
    fault("U1.records_dropped", 5, 3, "an element dropped records all day long: its disk was full"),
    fault("U1.lost_at_restart", 5, 3, "an element lost what it had not delivered when it was restarted"),
    honest("U1.late_file", 5, 3, "the records of some hours came days later, and they did come"),
    honest("U1.on_its_way", 3, 1, "records of the last days that are still on their way"),
    honest("U1.counter_reset", 5, 3, "an element was restarted: its sequence numbers begin again, nothing is lost"),
    honest("U1.element_replaced", 4, 2, "an element was replaced: its sequence goes on with other numbers"),
    honest("U1.reported_twice", 4, 2, "an element reported some hours twice"),
    honest("U1.failed_attempts", 5, 3, "hundreds of attempts that failed: records that nobody rates"),
    honest("U1.test_calls", 4, 2, "a test generator's records, which mediation leaves out"),
    honest("U1.counter_clock", 4, 2, "the clock of an element's counters is minutes off that of its records"),
    honest("U1.counted_too_much", 4, 2, "a counter that says more than the sequence numbers show"),
)
