"""Roles between the network, mediation and the bill: usage that was rejected, cut short or delivered too late."""

from __future__ import annotations

from seeds.operator.planting.role import fault, honest

# Given out before usage is rated, because usage that comes late is billed by another run.
LATE_USAGE = (
    fault("U5.person_billed_late", 26, 4, "a person's usage reached billing months late and is billed after the limit"),
    fault("U5.company_billed_late", 10, 2, "a company's usage is billed after the longer limit of companies"),
    honest("U5.late_within_limit", 26, 5, "usage that reached billing weeks late, and in time for the limit"),
    honest("U5.company_limit", 10, 2, "a company's usage of an age at which a person need not pay any more"),
)

# Given out once everything else is, to lines that hold no other role.
REJECTS = (
    fault("U2.unknown_subscriber", 26, 4, "mediation did not know a subscriber of the network; never resubmitted"),
    fault("U2.false_duplicate", 20, 3, "calls that follow each other were taken for copies and never resubmitted"),
    fault("U2.unreadable_cell", 20, 3, "records with an unreadable cell, all else in order, were never resubmitted"),
    honest("U2.recycled", 26, 4, "rejected, corrected and accepted within days"),
    honest("U2.true_duplicate", 18, 3, "rejected as the copy of a record that was accepted"),
    honest("U2.too_early", 18, 2, "rejected in the last days; mediation is still at it"),
    honest("U2.unreadable_length", 14, 2, "rejected without a readable length: nobody can say what it is worth"),
)

# Subjects are SIM cards without a customer.
REJECTED_CARDS = (honest("U2.test_number", 10, 2, "rejected usage of a SIM card for the operator's own use"),)

# Given out after those: what the network measured of a session is not what the usage records say.
SESSIONS = (
    fault("U7.missing_part", 22, 4, "a part of a long session never came: the records hold less than the session"),
    fault("U7.truncated", 26, 4, "the record of a call ends before the call did"),
    fault("U7.clock_drift", 22, 3, "a switch's clock ran ahead: calls stand in the records under another hour's price"),
    honest("U7.on_its_way", 12, 1, "a session of the last days whose last part is still on its way"),
    honest("U7.adds_up", 26, 5, "a long session in parts that add up to it"),
    honest("U7.across_midnight", 14, 2, "a call across midnight, in one record"),
    honest("U7.small_drift", 20, 3, "clocks that differ by a few seconds"),
    honest("U7.counted_headers", 18, 3, "a gateway that counts a little more than the records, within what is usual"),
)

NETWORK = (*LATE_USAGE, *REJECTS, *REJECTED_CARDS, *SESSIONS)
