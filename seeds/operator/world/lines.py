"""Accounts and lines: every product that a customer holds, with its service, number and SIM card over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from seeds.operator.world.clock import DAY, NEVER, SECOND
from seeds.operator.world.offerings import ADDON, CIRCUIT, FIXED, INDEX, MOBILE
from seeds.operator.world.parameters import Parameters
from seeds.operator.world.parties import COMPANY, PERSON, SOLE_TRADER, scramble

OWN_CRM, ACQUIRED_CRM = range(2)
_MOBILE_NUMBERS = 4_915_790_000_000
_OTHER_OPERATORS_NUMBERS = 4_917_100_000_000
_FIRST_IMSI = 262_980_000_000_000


@dataclass
class Accounts:
    """One element per billing account."""

    customer: np.ndarray
    cycle: np.ndarray

    def __len__(self) -> int:
        return len(self.customer)


@dataclass
class Lines:
    """One element per product of a customer. Instants in microseconds; NEVER where something does not happen."""

    customer: np.ndarray
    account: np.ndarray
    kind: np.ndarray  # MOBILE, FIXED, ADDON, CIRCUIT
    home: np.ndarray  # OWN_CRM or ACQUIRED_CRM
    offering: np.ndarray
    number: np.ndarray  # 0 for products without a network service
    sim: np.ndarray  # serial number of the SIM card, -1 without one
    start: np.ndarray
    end: np.ndarray
    new_offering: np.ndarray
    plan_changed_at: np.ndarray
    new_sim: np.ndarray
    sim_changed_at: np.ndarray
    new_number: np.ndarray
    number_changed_at: np.ndarray
    suspended_at: np.ndarray
    gap_from: np.ndarray  # the service is away for a day or two
    gap_to: np.ndarray
    is_provisioned: np.ndarray
    fee_waived: np.ndarray
    overrun_until: np.ndarray  # the network serves on until then, although the line has ended; 0: it does not
    calls_while_barred: np.ndarray  # the network lets some of its calls through after suspended_at
    promised_at: np.ndarray  # when an order that is still open was to be done; NEVER without one
    twin_sim: np.ndarray  # a second SIM card with the same number, -1 without one
    twin_from: np.ndarray
    speed: np.ndarray  # what the network lets through in Mbit/s; 0: as the plan says
    speed_since: np.ndarray
    due_from: np.ndarray  # from when billing is due; the start, or later where that was agreed

    def __len__(self) -> int:
        return len(self.customer)

    @property
    def has_service(self) -> np.ndarray:
        """Lines that the network's registers know by a number."""
        return np.isin(self.kind, (MOBILE, FIXED))

    @property
    def served_until(self) -> np.ndarray:
        """Until when the network serves each line: to its end, or longer where nobody switched it off."""
        return np.maximum(self.end, self.overrun_until)

    def on_twin(self, line: np.ndarray, instant: np.ndarray, charging: np.ndarray) -> np.ndarray:
        """Whether a line's usage is its second card's: every other session, once there is one."""
        return (instant >= self.twin_from[line]) & (charging % 2 == 1)

    @property
    def used_until(self) -> np.ndarray:
        """Until when each line may be used: while it is served and not barred."""
        return np.minimum(self.served_until, np.where(self.calls_while_barred, NEVER, self.suspended_at))

    @property
    def billed_from(self) -> np.ndarray:
        """From when each line is to be billed."""
        return np.maximum(self.start, self.due_from)

    @property
    def is_steady(self) -> np.ndarray:
        """Lines that neither end nor are barred nor have a gap."""
        return (self.end == NEVER) & (self.suspended_at == NEVER) & (self.gap_from == NEVER)

    def offering_at(self, line: np.ndarray, instant: np.ndarray) -> np.ndarray:
        """Offering under which each line ran at each instant."""
        return np.where(instant >= self.plan_changed_at[line], self.new_offering[line], self.offering[line])

    def number_at(self, line: np.ndarray, instant: np.ndarray) -> np.ndarray:
        """Number of each line at each instant."""
        return np.where(instant >= self.number_changed_at[line], self.new_number[line], self.number[line])

    def sim_at(self, line: np.ndarray, instant: np.ndarray) -> np.ndarray:
        """SIM card of each line at each instant."""
        return np.where(instant >= self.sim_changed_at[line], self.new_sim[line], self.sim[line])


def mobile_number(serial: np.ndarray) -> np.ndarray:
    """The MSISDN with a serial number, digits with the country code."""
    return _MOBILE_NUMBERS + scramble(serial, 7)


def imsi(sim: np.ndarray) -> np.ndarray:
    """The IMSI of a SIM card: 15 digits."""
    return _FIRST_IMSI + scramble(sim, 10, 4_711)


def iccid(sim: pl.Expr) -> pl.Expr:
    """The 20 digits that are printed on a SIM card."""
    return pl.lit("8949020000") + ((sim * 7_654_321 + 998_877) % 10**10).cast(pl.String).str.zfill(10)


def build_lines(parameters: Parameters, parties: pl.DataFrame) -> tuple[Accounts, Lines]:
    """What every customer holds on the first day, before anything happens to it.

    All lines are running and open; lifecycle events and faults are planted afterwards.
    """
    random = parameters.random("lines")
    kind = parties["kind"].to_numpy()
    count = len(kind)
    draw = random.random(count)
    only_mobile = np.choose(kind, [0.60, 0.45, 0.45])
    only_fixed = only_mobile + np.choose(kind, [0.22, 0.20, 0.15])
    has_mobile = (draw < only_mobile) | (draw >= only_fixed)
    has_fixed = draw >= only_mobile
    mobiles = np.choose(
        kind,
        [
            random.choice([1, 2, 3], count, p=[0.74, 0.19, 0.07]),
            random.choice([1, 2, 3], count, p=[0.60, 0.25, 0.15]),
            1 + np.minimum(random.geometric(0.28, count), 24),
        ],
    )
    mobiles = np.where(has_mobile, mobiles, 0)
    fixeds = np.where(has_fixed, np.where(kind == COMPANY, 1 + random.binomial(2, 0.2, count), 1), 0)
    # Part of the acquired company's customers already live in the operator's own CRM.
    migrated = random.random(count) < np.where(has_mobile, 0.45, 0.25)
    fixed_home = np.where(migrated, OWN_CRM, ACQUIRED_CRM)
    paper = random.random(count) < 0.07

    separate = has_mobile & has_fixed & (random.random(count) < 0.5)
    account_count = 1 + separate
    first_account = np.cumsum(account_count) - account_count
    account_customer = np.repeat(np.arange(count), account_count)
    accounts = Accounts(account_customer, random.integers(0, 3, len(account_customer)))

    mobile_customer = np.repeat(np.arange(count), mobiles)
    fixed_customer = np.repeat(np.arange(count), fixeds)
    insured = mobile_customer[(random.random(len(mobile_customer)) < 0.12) & (kind[mobile_customer] != COMPANY)]
    paper_customer = np.flatnonzero(paper)
    leasing = _circuit_customers(parameters, kind, has_mobile)
    customer = np.concatenate([mobile_customer, fixed_customer, insured, paper_customer, leasing])
    sizes = [len(mobile_customer), len(fixed_customer), len(insured) + len(paper_customer), len(leasing)]
    line_kind = np.repeat([MOBILE, FIXED, ADDON, CIRCUIT], sizes)
    offering = np.concatenate(
        [
            _mobile_offering(kind[mobile_customer], random),
            _fixed_offering(kind[fixed_customer], random),
            np.full(len(insured), INDEX["ADD_INSURANCE"]),
            np.full(len(paper_customer), INDEX["ADD_PAPERBILL"]),
            np.where(leasing % 3 == 0, INDEX["BIZ_ETHERNET_1G"], INDEX["BIZ_ETHERNET"]),
        ]
    )
    total = len(customer)
    addon_home = np.where(has_mobile | (fixed_home == OWN_CRM), OWN_CRM, ACQUIRED_CRM)
    home = np.where(line_kind == FIXED, fixed_home[customer], addon_home[customer])
    home[line_kind == MOBILE] = OWN_CRM
    account = first_account[customer] + ((line_kind == FIXED) & separate[customer])

    serial = np.arange(total)
    area = parties["area_code"].to_numpy()[customer]
    area_size = np.where(area < 100, 100, np.where(area < 1000, 1000, 10_000))
    _put_on_team_tariff(parameters, kind, customer, offering)
    # Seven subscriber digits everywhere keep line numbers unique within an area.
    fixed_number = (49 * area_size + area) * 10**7 + scramble(serial, 7)
    # Some brought their number along from another operator.
    ported_in = parameters.random("ported in").random(total) < 0.08
    own_number = np.where(ported_in, _OTHER_OPERATORS_NUMBERS + scramble(serial, 8), mobile_number(serial))
    number = np.select([line_kind == MOBILE, line_kind == FIXED], [own_number, fixed_number], 0)

    start_day = parameters.start_day - 20 - (random.random(total) ** 1.5 * 2800).astype(np.int64)
    start = parameters.clock.midnight(start_day) + random.integers(8 * 3600, 19 * 3600, total) * SECOND
    never = np.full(total, NEVER)
    lines = Lines(
        customer=customer,
        account=account,
        kind=line_kind,
        home=home,
        offering=offering,
        number=number,
        sim=np.where(line_kind == MOBILE, serial, -1),
        start=start,
        end=never.copy(),
        new_offering=offering.copy(),
        plan_changed_at=never.copy(),
        new_sim=np.where(line_kind == MOBILE, serial, -1),
        sim_changed_at=never.copy(),
        new_number=number.copy(),
        number_changed_at=never.copy(),
        suspended_at=never.copy(),
        gap_from=never.copy(),
        gap_to=never.copy(),
        is_provisioned=np.ones(total, dtype=bool),
        fee_waived=random.random(total) < 0.4,
        overrun_until=np.zeros(total, dtype=np.int64),
        calls_while_barred=np.zeros(total, dtype=bool),
        promised_at=never.copy(),
        twin_sim=np.full(total, -1),
        twin_from=never.copy(),
        speed=np.zeros(total, dtype=np.int64),
        speed_since=never.copy(),
        due_from=np.zeros(total, dtype=np.int64),
    )
    return accounts, lines


def _circuit_customers(parameters: Parameters, kind: np.ndarray, has_mobile: np.ndarray) -> np.ndarray:
    """Firms that rent an Ethernet line between two of their sites, once each."""
    takes_one = parameters.random("circuit customers").random(len(kind)) < 0.5
    return np.flatnonzero((kind == COMPANY) & has_mobile & takes_one)


def _pick(random: np.random.Generator, count: int, codes: list[str], shares: list[float]) -> np.ndarray:
    return random.choice([INDEX[code] for code in codes], count, p=shares)


def _mobile_offering(kind: np.ndarray, random: np.random.Generator) -> np.ndarray:
    count = len(kind)
    person = _pick(
        random, count, ["MOB_S", "MOB_BASIS", "MOB_M", "MOB_L", "MOB_STAFF"], [0.215, 0.22, 0.30, 0.24, 0.025]
    )
    trader = _pick(random, count, ["BIZ_MOB", "MOB_S", "MOB_M"], [0.5, 0.2, 0.3])
    company = _pick(random, count, ["BIZ_MOB", "M2M_DATA"], [0.7, 0.3])
    return np.select([kind == PERSON, kind == SOLE_TRADER], [person, trader], company)


def _put_on_team_tariff(parameters: Parameters, kind: np.ndarray, customer: np.ndarray, offering: np.ndarray) -> None:
    """Some firms with several business lines have most of them on the tariff whose data they share; in place."""
    random = parameters.random("team tariff")
    business = offering == INDEX["BIZ_MOB"]
    several = np.bincount(customer[business], minlength=len(kind)) >= 3
    takes_part = several & (random.random(len(kind)) < 0.45)
    offering[business & takes_part[customer] & (random.random(len(offering)) < 0.75)] = INDEX["BIZ_TEAM"]


def _fixed_offering(kind: np.ndarray, random: np.random.Generator) -> np.ndarray:
    count = len(kind)
    person = _pick(random, count, ["FIX_DSL", "FIX_FIBRE", "FIX_PHONE"], [0.48, 0.28, 0.24])
    trader = _pick(random, count, ["FIX_DSL", "FIX_PHONE", "BIZ_FIX"], [0.4, 0.2, 0.4])
    company = _pick(random, count, ["BIZ_FIX", "FIX_FIBRE"], [0.7, 0.3])
    return np.select([kind == PERSON, kind == SOLE_TRADER], [person, trader], company)


def local_moment(
    parameters: Parameters, day: np.ndarray, random: np.random.Generator, from_hour: float, to_hour: float
) -> np.ndarray:
    """A random instant on each local day, between two hours of the day."""
    seconds = (from_hour + random.random(len(day)) * (to_hour - from_hour)) * 3600
    return np.minimum(parameters.clock.midnight(day) + seconds.astype(np.int64) * SECOND, NEVER - DAY)
