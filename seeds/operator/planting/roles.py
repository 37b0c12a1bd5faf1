"""Which faults and distractors exist, how often, and what they are."""

from __future__ import annotations

import numpy as np

from seeds.operator.planting.role import Role, fault, honest
from seeds.operator.planting.roles_agreements import AGREEMENTS
from seeds.operator.planting.roles_bills import BILLS
from seeds.operator.planting.roles_charging import CHARGING, TARIFFS
from seeds.operator.planting.roles_circuits import CIRCUITS
from seeds.operator.planting.roles_invoices import INVOICES
from seeds.operator.planting.roles_network import NETWORK
from seeds.operator.planting.roles_orders import ORDERS, SIMS
from seeds.operator.planting.roles_partner import MARGINS, PARTNER, PARTNERS
from seeds.operator.planting.roles_prepaid import PREPAID
from seeds.operator.planting.roles_recording import RECORDING
from seeds.operator.planting.roles_roaming import ROAMING

# Given out before usage exists, because they change what a customer holds and when.
LIFECYCLE = (
    fault("O1.never_billed_fixed", 14, 2, "a working fixed line for which billing has no subscription"),
    fault("O1.never_billed_mobile", 36, 3, "a working mobile line for which billing has no subscription"),
    fault("O1.billing_ended", 26, 2, "billing ended the subscription; service goes on and nobody ordered a cease"),
    fault("O2.never_provisioned", 34, 3, "the order was cancelled or failed before activation, yet billing charges"),
    fault("O2.vanished_from_network", 26, 3, "the network lost the service without a cease order; billing charges on"),
    fault(
        "O7.still_billed_after_cease", 64, 6, "the cease was completed and the network switched off; billing goes on"
    ),
    fault("R1.old_plan_rate", 18, 2, "after a plan change usage is still priced with the former plan"),
    honest("O1.recycled_number", 10, 1, "a number that an earlier customer gave up, with its new holder"),
    honest("O7.recycled_number", 12, 1, "a number that an earlier customer gave up, billed to its new holder"),
    honest("O1.swapped_numbers", 8, 1, "two CRM products carry each other's number; the services are right"),
    honest("O7.one_of_two_ceased", 14, 1, "one of a customer's lines was ceased and ended; the other is billed on"),
    honest(
        "O2.relocated_line", 10, 1, "a fixed line moved: the old service ended, the new one began a day or two later"
    ),
    honest("O1.recent_activation", 14, 2, "activated after the last bill run; billed from the next one on"),
    honest("O1.sim_swap", 20, 1, "a new SIM for the same number; billing may still know the old one"),
    honest("O1.number_changed", 14, 1, "a new number for the same product; billing still shows the old one"),
    honest("O1.ported_out", 10, 1, "the number went to another operator and billing ended"),
    honest("O1.dump_lags", 10, 1, "ceased and ended, yet the network dump shows the line one day longer"),
    honest("O1.staff_offer", 12, 1, "a staff line: subscribed, with a price of zero"),
    honest("O2.missing_one_day", 15, 1, "missing from a single day's dump of the register"),
    honest("O2.suspended", 18, 2, "barred in the network for arrears; the recurring charge goes on"),
    honest("O2.stale_imsi", 14, 1, "billing still shows the SIM card before the last swap"),
    honest("O7.cease_cancelled", 16, 2, "the cease order was cancelled; the line works and is billed"),
    honest("O7.cease_reversed", 12, 1, "ceased and re-activated within two days, billed throughout"),
    honest("O7.termination_fee", 14, 1, "ceased and ended; an early-termination fee follows on a later bill"),
    honest("R1.plan_change", 20, 1, "the plan changed in mid-month and usage followed it"),
    honest("R1.recurring_discount", 20, 1, "a granted discount lowers the recurring charge"),
    honest("O1.number_spelling", 20, 1, "billing spells the number in another way"),
)

# Given out once usage exists, to lines that hold no other role.
USAGE = (
    fault("U4.file_sent_twice", 30, 3, "mediation sent a file again under another sequence and rating priced it again"),
    fault("U4.record_repeated", 40, 3, "a single usage record came twice and was priced twice"),
    fault("U3.never_picked_up", 30, 2, "rated usage that was due but that no bill run picked up"),
    fault("U3.invoice_line_missing", 20, 2, "a bill run picked the usage up, but no invoice line charges it"),
    fault("U3.invoice_line_too_low", 20, 2, "the invoice line charges less than the usage that the run picked up"),
    fault("R1.old_price", 26, 2, "usage after the price change is still priced at the former price"),
    fault("R1.wrong_zone_rate", 28, 2, "usage is priced with another zone's rate"),
    fault("R1.doubled_amount", 22, 2, "usage is priced at twice its rate"),
    honest("U3.late_usage", 24, 2, "usage that reached rating after its bill run and was billed by the next one"),
    honest("U3.sub_cent", 12, 1, "usage of less than half a cent, which rounds to nothing"),
    honest("U3.zero_amount", 25, 2, "usage at a price of zero that no bill run picks up"),
    honest("U3.after_last_run", 25, 2, "usage after the last bill run, which waits for the next one"),
    honest("U4.repeated_call", 22, 2, "two calls between the same parties shortly after one another"),
    honest("U4.multipart_message", 16, 1, "a long text message, recorded as parts of one second"),
    honest("U4.partial_records", 18, 1, "one long data session, recorded in parts"),
    honest("U4.unrated_duplicate", 20, 2, "mediation repeated a record and rating refused the copy"),
    honest("U4.reversed_duplicate", 14, 1, "a record was priced twice and the copy reversed before the bill run"),
    honest("R1.zero_rated", 22, 2, "usage that is free by the tariff"),
    honest("R1.emergency", 14, 1, "emergency calls, free by law"),
    honest("R1.price_change", 22, 2, "usage on both sides of the price change, each at its own price"),
    honest("R1.goodwill", 16, 1, "a goodwill credit on the account"),
)

# Not tied to a customer's line.
SEPARATE = (
    honest("O1.test_sim", 14, 2, "a test SIM card in the network, no product"),
    honest("O1.staff_sim", 8, 1, "a SIM card of the staff, in the network without a product"),
    honest("O1.stock_sim", 10, 1, "a pre-activated SIM card in stock"),
    honest("O2.product_without_service", 30, 2, "a product that needs no network service"),
)

# Every role; the numbers are places in this list, so that a new group goes to its end.
ROLES = (
    *LIFECYCLE,
    *USAGE,
    *SEPARATE,
    *ORDERS,
    *SIMS,
    *BILLS,
    *PARTNER,
    *CHARGING,
    *TARIFFS,
    *PARTNERS,
    *NETWORK,
    *INVOICES,
    *ROAMING,
    *PREPAID,
    *AGREEMENTS,
    *RECORDING,
    *CIRCUITS,
    *MARGINS,
)
CODES = tuple(role.code for role in ROLES)
NUMBER = {code: number + 1 for number, code in enumerate(CODES)}  # 0: no role


class Chooser:
    """Gives roles to lines; a customer gets one role at most, so that subjects stay apart.

    ``reserved`` customers share an allowance between lines, so that what happens to one shows on the bill of another:
    only roles that know about it are given to them.
    """

    def __init__(self, customer: np.ndarray, customers: int, reserved: np.ndarray | None = None) -> None:
        self._customer = customer
        self.is_reserved = np.zeros(customers, dtype=bool) if reserved is None else reserved
        self.is_taken = np.zeros(customers, dtype=bool)
        self.role = np.zeros(len(customer), dtype=np.int64)

    def choose(
        self,
        role: Role,
        eligible: np.ndarray,
        random: np.random.Generator,
        count: int | None = None,
        reserved: bool = False,
    ) -> np.ndarray:
        """Lines that get the role: at most one per free customer. Fewer than wanted when too few are eligible."""
        barred = self.is_taken if reserved else self.is_taken | self.is_reserved
        candidates = random.permutation(np.flatnonzero(eligible & ~barred[self._customer]))
        _, first = np.unique(self._customer[candidates], return_index=True)
        wanted = role.count(len(self.is_taken)) if count is None else count
        lines = candidates[np.sort(first)[:wanted]]
        self.role[lines] = NUMBER[role.code]
        self.is_taken[self._customer[lines]] = True
        return lines

    def lines(self, *codes: str) -> np.ndarray:
        """Lines that hold one of the roles."""
        return np.flatnonzero(np.isin(self.role, [NUMBER[code] for code in codes]))
