"""The keys under which each system knows a thing. Systems don't share them; the ledger names them all."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.columns import numbered
from seeds.operator.world.clock import DAY, NEVER
from seeds.operator.world.lines import ACQUIRED_CRM, OWN_CRM, imsi
from seeds.operator.world.offerings import CIRCUIT, CODES, MOBILE
from seeds.operator.world.parties import COMPANY, PERSON, SOLE_TRADER

# Customers whose records in billing and in a CRM name each other nowhere: shares of those whom the CRM holds. Lines
# that leak have lost their keys more often than others: that is how they come to leak.
_KEYLESS = {OWN_CRM: 0.055, ACQUIRED_CRM: 0.22}
_KEYLESS_FAULTS = {OWN_CRM: 0.2, ACQUIRED_CRM: 0.6}
_FAULTS_ACROSS_SYSTEMS = (
    "O1.never_billed_fixed",
    "O1.never_billed_mobile",
    "O1.billing_ended",
    "O2.vanished_from_network",
    "O7.still_billed_after_cease",
)
# A line that is two services in turn is one only by its product's number.
_NEEDS_KEYS = ("O2.relocated_line", "O7.cease_reversed")


class Keys:
    """Keys per customer, account and line, as text series in the world's order."""

    def __init__(self, operator: Operator) -> None:
        self._operator = operator
        self._width = max(6, len(str(4 * len(operator.lines))))

    @cached_property
    def in_crm(self) -> np.ndarray:
        """Customers that the operator's own CRM holds."""
        return self._holds(OWN_CRM)

    @cached_property
    def in_crm_fixed(self) -> np.ndarray:
        """Customers that the acquired company's CRM holds."""
        return self._holds(ACQUIRED_CRM)

    def _holds(self, home: int) -> np.ndarray:
        lines = self._operator.lines
        return np.bincount(lines.customer[lines.home == home], minlength=len(self._operator.parties)) > 0

    @cached_property
    def duplicated(self) -> np.ndarray:
        """Customers that the CRM holds twice, because somebody entered them again."""
        random = self._operator.parameters.random("duplicates")
        kind = self._operator.parties["kind"].to_numpy()
        return self.in_crm & (kind == PERSON) & (random.random(len(kind)) < 0.025)

    @cached_property
    def keyless(self) -> dict[int, np.ndarray]:
        """By CRM: customers without any key between billing and this CRM. Who they are only their features say.

        Only customers with one billing account: whose charges those of a line are must not depend on a guess.
        """
        operator = self._operator
        lines, customers = operator.lines, len(operator.parties)
        random = operator.parameters.random("keyless")
        has_one_account = np.bincount(operator.accounts.customer, minlength=customers) == 1
        eligible = has_one_account & ~np.isin(
            np.arange(customers), lines.customer[operator.chooser.lines(*_NEEDS_KEYS)]
        )
        # What was agreed with a customer holds for what billing has of it only where both are known to be one.
        agreed = operator.agreements.documents["line"].to_numpy()
        eligible &= ~np.isin(np.arange(customers), lines.customer[agreed[agreed >= 0]])
        # A rented circuit is one product in two systems only by its number.
        eligible &= np.bincount(lines.customer[lines.kind == CIRCUIT], minlength=customers) == 0
        result = {}
        for home, present in ((OWN_CRM, self.in_crm), (ACQUIRED_CRM, self.in_crm_fixed)):
            chosen = random.random(customers) < _KEYLESS[home]
            faulty = operator.chooser.lines(*_FAULTS_ACROSS_SYSTEMS)
            faulty = faulty[lines.home[faulty] == home]
            chosen[lines.customer[faulty]] = False
            faulty = faulty[(eligible & self._is_recognisable)[lines.customer[faulty]]]
            # Spread evenly over the kinds of faults, so that each has some, with a small operator, too.
            faulty = faulty[np.argsort(operator.chooser.role[faulty], kind="stable")]
            chosen[lines.customer[faulty]] = (np.arange(len(faulty)) + 0.5) % (1 / _KEYLESS_FAULTS[home]) < 1
            result[home] = chosen & present & eligible
        return result

    @cached_property
    def _is_recognisable(self) -> np.ndarray:
        """Persons who never moved, married or changed number and mailbox: their features tell who they are."""
        past = [pl.col(name).is_null() for name in ("former_name", "former_street", "former_phone", "former_email")]
        parties = self._operator.parties
        return parties.select(pl.all_horizontal(pl.col("kind") == PERSON, *past)).to_series().to_numpy()

    @cached_property
    def keyless_fault(self) -> np.ndarray:
        """Customers without keys whose lines leak: who they are can be told from everything about them together,
        for whether the money of a fault is found must not be a matter of luck."""
        lines = self._operator.lines
        leaking = np.zeros(len(self._operator.parties), dtype=bool)
        leaking[lines.customer[self._operator.chooser.lines(*_FAULTS_ACROSS_SYSTEMS)]] = True
        return leaking & (self.keyless[OWN_CRM] | self.keyless[ACQUIRED_CRM])

    @cached_property
    def keyless_line(self) -> np.ndarray:
        """Lines whose CRM has no key in common with billing."""
        lines = self._operator.lines
        return np.where(
            lines.home == OWN_CRM, self.keyless[OWN_CRM][lines.customer], self.keyless[ACQUIRED_CRM][lines.customer]
        )

    @cached_property
    def is_organization(self) -> np.ndarray:
        """Customers that are an organisation in the CRM: companies, and about half of the sole traders."""
        kind = self._operator.parties["kind"].to_numpy()
        return (kind == COMPANY) | ((kind == SOLE_TRADER) & (np.arange(len(kind)) % 2 == 0))

    @cached_property
    def crm_customer(self) -> pl.Series:
        return numbered("C-", np.arange(len(self._operator.parties)), self._width)

    @cached_property
    def crm_duplicate(self) -> pl.Series:
        count = len(self._operator.parties)
        return numbered("C-", count + np.arange(count), self._width)

    def party(self, duplicate: bool) -> pl.Series:
        """Key of the CRM's individual or organisation behind each customer."""
        count = len(self._operator.parties)
        index = np.arange(count) + (count if duplicate else 0)
        people, firms = numbered("IND-", index, self._width), numbered("ORG-", index, self._width)
        return pl.select(pl.when(pl.Series(self.is_organization)).then(firms).otherwise(people)).to_series()

    @cached_property
    def customer_no(self) -> pl.Series:
        """Customer numbers of the acquired company: seven digits with leading zeros."""
        index = np.arange(len(self._operator.parties))
        return pl.Series((index * 7_919 + 34_567) % 9_999_991).cast(pl.String).str.zfill(7)

    @cached_property
    def account(self) -> pl.Series:
        return numbered("A", np.arange(len(self._operator.accounts)), 7)

    @cached_property
    def subscription(self) -> pl.Series:
        return numbered("S", np.arange(len(self._operator.lines)), 7)

    @cached_property
    def product(self) -> pl.Series:
        """Product keys of the own CRM, contract numbers of the acquired one."""
        lines = self._operator.lines
        index = np.arange(len(lines))
        year = pl.Series(lines.start).cast(pl.Datetime("us", "UTC")).dt.year().cast(pl.String)
        contract = "V-" + year + "-" + numbered("", index, self._width)
        return self._by_home(numbered("PRD-", index, self._width + 1), contract)

    @cached_property
    def holder(self) -> pl.Series:
        """The customer key that goes with each line's product."""
        customer = self._operator.lines.customer
        return self._by_home(self.crm_customer[customer], self.customer_no[customer])

    def _by_home(self, own: pl.Series, acquired: pl.Series) -> pl.Series:
        is_own = pl.Series(self._operator.lines.home == OWN_CRM)
        return pl.select(pl.when(is_own).then(own).otherwise(acquired)).to_series()

    @cached_property
    def service(self) -> pl.Series:
        """Services in the inventory; for a relocated line the new one."""
        return numbered("SVC-", np.arange(len(self._operator.lines)), self._width + 1)

    @cached_property
    def former_service(self) -> pl.Series:
        """The service before a relocation."""
        count = len(self._operator.lines)
        return numbered("SVC-", count + np.arange(count), self._width + 1)

    @cached_property
    def has_service_record(self) -> np.ndarray:
        """Lines that the inventory knows: provisioned ones, those of open orders, half of what came to nothing."""
        lines = self._operator.lines
        planned = (lines.promised_at < NEVER) | (np.arange(len(lines)) % 2 == 0)
        return lines.has_service & (lines.is_provisioned | planned)

    @cached_property
    def has_subscription(self) -> np.ndarray:
        result = np.zeros(len(self._operator.lines), dtype=bool)
        result[self._operator.subscriptions.line] = True
        return result

    @cached_property
    def has_subscriber(self) -> np.ndarray:
        """Lines that the register's dumps of the window show at some time."""
        operator = self._operator
        lines = operator.lines
        begin = operator.parameters.clock.midnight(operator.parameters.start_day)
        return (
            (lines.kind == MOBILE)
            & lines.is_provisioned
            & (lines.served_until > begin)
            & (lines.start < operator.parameters.now - DAY // 3)
        )

    def circuit(self, number: np.ndarray) -> pl.Series:
        """References of circuits: a rented line has its line's number, others have numbers after the last line's."""
        return numbered("NL-LL-", number, self._width)

    def sim(self, serial: np.ndarray) -> pl.Series:
        return numbered("RES-", serial, 8)

    def card(self, serial: np.ndarray) -> pl.DataFrame:
        """The source keys of SIM cards, one column per system and entity."""
        number = pl.Series(imsi(serial)).cast(pl.String)
        return pl.DataFrame({"subscribers.subscriber": number, "inventory.resource": self.sim(serial)})

    def network_resource(self, kind: int, index: np.ndarray) -> pl.Series:
        """Sites (0), cells (1), nodes (2), ports (3), circuits (4): a range each, above those of SIM cards."""
        return "RES-" + pl.Series((kind + 1) * 100_000_000 + scrambled(index)).cast(pl.String)

    @property
    def offering(self) -> pl.Series:
        """Catalogue keys, in the order of the offerings."""
        return pl.Series([f"PO-{100 + 7 * number}" for number in range(len(CODES))])

    def subject(self, lines: np.ndarray) -> pl.DataFrame:
        """Every source key of each line, one column per system and entity; null where a system doesn't know it."""
        operator = self._operator
        frame = operator.lines
        is_own = pl.Series(frame.home[lines] == OWN_CRM)
        product, holder = self.product[lines], self.holder[lines]
        numbers = pl.Series(imsi(np.maximum(frame.sim_at(lines, np.full(len(lines), operator.parameters.now)), 0)))
        columns = {
            "crm.customer": pl.when(is_own).then(holder),
            "crm.product": pl.when(is_own).then(product),
            "crm_fixed.customer": pl.when(~is_own).then(holder),
            "crm_fixed.product": pl.when(~is_own).then(product),
            "billing.account": self.account[frame.account[lines]],
            "billing.subscription": pl.when(pl.Series(self.has_subscription[lines])).then(self.subscription[lines]),
            "inventory.service": pl.when(pl.Series(self.has_service_record[lines])).then(self.service[lines]),
            "subscribers.subscriber": pl.when(pl.Series(self.has_subscriber[lines])).then(numbers.cast(pl.String)),
        }
        return pl.select(**columns)


def scrambled(index: np.ndarray) -> np.ndarray:
    """Seven digits in no visible order."""
    return (np.asarray(index, dtype=np.int64) * 7_654_321 + 99) % 10**7
