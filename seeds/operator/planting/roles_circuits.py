"""Faults and distractors of leased circuits. Subjects are circuits: inventory's, or what a supplier calls one."""

from __future__ import annotations

from seeds.operator.planting.role import fault, honest

# Given out with the lifecycle, because they change when a customer's line begins or ends.
CIRCUIT_LINES = (
    honest("O10.accepted_later", 25, 1, "a customer's circuit was in service days before it was accepted and billed"),
    honest("O10.customer_ceased", 25, 1, "a customer's circuit was ceased; the supplier charges until the term ends"),
)
CIRCUITS = (
    fault("O10.stranded", 16, 4, "a leased access line whose service ceased, and which its supplier still charges"),
    fault("O10.reservation_lapsed", 10, 3, "a spare circuit that was held for an order until a day long past"),
    fault("O10.unknown_circuit", 10, 3, "a supplier charges a circuit that inventory does not know"),
    fault("O10.wrong_rate", 12, 3, "a supplier charges more than the agreed rate"),
    fault("O10.never_billed", 14, 4, "a circuit in service for a firm that neither its CRM nor its bills know"),
    honest("O10.notice_running", 8, 2, "the service ceased; the supplier's notice period still runs"),
    honest("O10.handed_back", 12, 3, "the service ceased; the supplier's charges ended with the notice period"),
    honest("O10.credited", 8, 2, "charged for a month too many, and credited with the next invoice"),
    honest("O10.held_for_order", 10, 4, "a spare circuit that is held for an order to come"),
    honest("O10.backhaul", 10, 4, "a circuit to a site of the operator's own"),
    honest("O10.rate_change", 8, 2, "the agreed rate changed in mid-month, and two lines follow it"),
    honest("O10.other_spelling", 30, 8, "the supplier spells the circuit's reference in another way"),
    *CIRCUIT_LINES,
)
