"""Which faults and distractors exist, how often, and what they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Role:
    """One kind of fault or distractor.

    ``per_5000`` is how many subjects 5,000 customers get; ``at_least`` how many a small operator gets.
    """

    code: str
    control: str
    kind: str
    per_5000: int
    at_least: int
    description: str

    @property
    def fault_type(self) -> str:
        return self.code.split(".", 1)[1]

    def count(self, customers: int) -> int:
        return max(self.at_least, round(self.per_5000 * customers / 5000))


def _role(code: str, per_5000: int, at_least: int, description: str, kind: str = "fault") -> Role:
    return Role(code, code.split(".", 1)[0], kind, per_5000, at_least, description)


def _honest(code: str, per_5000: int, at_least: int, description: str) -> Role:
    return _role(code, per_5000, at_least, description, "distractor")


# Given out before usage exists, because they change what a customer holds and when.
LIFECYCLE = (
    _role("O1.never_billed_fixed", 14, 2, "a working fixed line for which billing has no subscription"),
    _role("O1.never_billed_mobile", 36, 3, "a working mobile line for which billing has no subscription"),
    _role("O1.billing_ended", 26, 2, "billing ended the subscription; service goes on and nobody ordered a cease"),
    _role("O2.never_provisioned", 34, 3, "the order was cancelled or failed before activation, yet billing charges"),
    _role("O2.vanished_from_network", 26, 3, "the network lost the service without a cease order; billing charges on"),
    _role(
        "O7.still_billed_after_cease", 64, 6, "the cease was completed and the network switched off; billing goes on"
    ),
    _role("R1.old_plan_rate", 18, 2, "after a plan change usage is still priced with the former plan"),
    _honest("O1.recycled_number", 10, 1, "a number that an earlier customer gave up, with its new holder"),
    _honest("O7.recycled_number", 12, 1, "a number that an earlier customer gave up, billed to its new holder"),
    _honest("O1.swapped_numbers", 8, 1, "two CRM products carry each other's number; the services are right"),
    _honest("O7.one_of_two_ceased", 14, 1, "one of a customer's lines was ceased and ended; the other is billed on"),
    _honest(
        "O2.relocated_line", 10, 1, "a fixed line moved: the old service ended, the new one began a day or two later"
    ),
    _honest("O1.recent_activation", 14, 2, "activated after the last bill run; billed from the next one on"),
    _honest("O1.sim_swap", 20, 1, "a new SIM for the same number; billing may still know the old one"),
    _honest("O1.number_changed", 14, 1, "a new number for the same product; billing still shows the old one"),
    _honest("O1.ported_out", 10, 1, "the number went to another operator and billing ended"),
    _honest("O1.dump_lags", 10, 1, "ceased and ended, yet the network dump shows the line one day longer"),
    _honest("O1.staff_offer", 12, 1, "a staff line: subscribed, with a price of zero"),
    _honest("O2.missing_one_day", 15, 1, "missing from a single day's dump of the register"),
    _honest("O2.suspended", 18, 2, "barred in the network for arrears; the recurring charge goes on"),
    _honest("O2.stale_imsi", 14, 1, "billing still shows the SIM card before the last swap"),
    _honest("O7.cease_cancelled", 16, 2, "the cease order was cancelled; the line works and is billed"),
    _honest("O7.cease_reversed", 12, 1, "ceased and re-activated within two days, billed throughout"),
    _honest("O7.termination_fee", 14, 1, "ceased and ended; an early-termination fee follows on a later bill"),
    _honest("R1.plan_change", 20, 1, "the plan changed in mid-month and usage followed it"),
    _honest("R1.recurring_discount", 20, 1, "a granted discount lowers the recurring charge"),
    _honest("O1.number_spelling", 20, 1, "billing spells the number in another way"),
)

# Given out once usage exists, to lines that hold no other role.
USAGE = (
    _role("U4.file_sent_twice", 30, 3, "mediation sent a file again under another sequence and rating priced it again"),
    _role("U4.record_repeated", 40, 3, "a single usage record came twice and was priced twice"),
    _role("U3.never_picked_up", 30, 2, "rated usage that was due but that no bill run picked up"),
    _role("U3.invoice_line_missing", 20, 2, "a bill run picked the usage up, but no invoice line charges it"),
    _role("U3.invoice_line_too_low", 20, 2, "the invoice line charges less than the usage that the run picked up"),
    _role("R1.old_price", 26, 2, "usage after the price change is still priced at the former price"),
    _role("R1.wrong_zone_rate", 28, 2, "usage is priced with another zone's rate"),
    _role("R1.doubled_amount", 22, 2, "usage is priced at twice its rate"),
    _honest("U3.late_usage", 24, 2, "usage that reached rating after its bill run and was billed by the next one"),
    _honest("U3.sub_cent", 12, 1, "usage of less than half a cent, which rounds to nothing"),
    _honest("U3.zero_amount", 25, 2, "usage at a price of zero that no bill run picks up"),
    _honest("U3.after_last_run", 25, 2, "usage after the last bill run, which waits for the next one"),
    _honest("U4.repeated_call", 22, 2, "two calls between the same parties shortly after one another"),
    _honest("U4.multipart_message", 16, 1, "a long text message, recorded as parts of one second"),
    _honest("U4.partial_records", 18, 1, "one long data session, recorded in parts"),
    _honest("U4.unrated_duplicate", 20, 2, "mediation repeated a record and rating refused the copy"),
    _honest("U4.reversed_duplicate", 14, 1, "a record was priced twice and the copy reversed before the bill run"),
    _honest("R1.zero_rated", 22, 2, "usage that is free by the tariff"),
    _honest("R1.emergency", 14, 1, "emergency calls, free by law"),
    _honest("R1.price_change", 22, 2, "usage on both sides of the price change, each at its own price"),
    _honest("R1.goodwill", 16, 1, "a goodwill credit on the account"),
)

# Not tied to a customer's line.
SEPARATE = (
    _honest("O1.test_sim", 14, 2, "a test SIM card in the network, no product"),
    _honest("O1.staff_sim", 8, 1, "a SIM card of the staff, in the network without a product"),
    _honest("O1.stock_sim", 10, 1, "a pre-activated SIM card in stock"),
    _honest("O2.product_without_service", 30, 2, "a product that needs no network service"),
)

ROLES = (*LIFECYCLE, *USAGE, *SEPARATE)
CODES = tuple(role.code for role in ROLES)
NUMBER = {code: number + 1 for number, code in enumerate(CODES)}  # 0: no role


class Chooser:
    """Gives roles to lines; a customer gets one role at most, so that subjects stay apart."""

    def __init__(self, customer: np.ndarray, customers: int) -> None:
        self._customer = customer
        self.is_taken = np.zeros(customers, dtype=bool)
        self.role = np.zeros(len(customer), dtype=np.int64)

    def choose(self, role: Role, eligible: np.ndarray, random: np.random.Generator, count: int | None = None):
        """Lines that get the role: at most one per free customer. Fewer than wanted when too few are eligible."""
        candidates = random.permutation(np.flatnonzero(eligible & ~self.is_taken[self._customer]))
        _, first = np.unique(self._customer[candidates], return_index=True)
        wanted = role.count(len(self.is_taken)) if count is None else count
        lines = candidates[np.sort(first)[:wanted]]
        self.role[lines] = NUMBER[role.code]
        self.is_taken[self._customer[lines]] = True
        return lines

    def lines(self, *codes: str) -> np.ndarray:
        """Lines that hold one of the roles."""
        return np.flatnonzero(np.isin(self.role, [NUMBER[code] for code in codes]))
