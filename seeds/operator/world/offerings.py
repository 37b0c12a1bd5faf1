"""What the operator sells and at which price: the true catalogue.

A usage price may hold at certain hours only (a tariff period), and a call that crosses from one price to another is
charged by where it starts, or part by part: that too is the tariff's. An allowance is usage that the monthly charge
includes; `seeds.operator.world.allowances` says what of it is left for a call.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from seeds.operator.world.clock import HOUR, SECOND, Clock
from seeds.operator.world.parameters import Parameters

CURRENCY = "EUR"
USAGE_TYPES = ("voice", "sms", "data")
VOICE, SMS, DATA = range(3)
ZONES = ("national", "eu_roaming", "international", "premium", "emergency", "zero_rated")
NATIONAL, EU_ROAMING, INTERNATIONAL, PREMIUM, EMERGENCY, ZERO_RATED = range(6)
UNITS = ("second", "message", "byte")
MOBILE, FIXED, ADDON, CIRCUIT = range(4)
CATEGORIES = ("mobile", "fixed", "addon", "circuit")
TARIFF_PERIODS = ("peak", "off_peak")
PEAK, OFF_PEAK = range(2)
ANY_TIME = -1
# Local hours in which a period's prices hold, by kind of day.
TARIFF_WINDOWS = (
    ("weekday 08:00-18:00",),
    ("weekday 00:00-08:00", "weekday 18:00-24:00", "weekend 00:00-24:00"),
)

_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Allowance:
    """Usage that a bill period includes, in units; ``is_shared``: all lines of an account draw on the sum of theirs."""

    usage_type: int
    zones: tuple[int, ...]
    units: int
    is_shared: bool = False


@dataclass(frozen=True)
class Offering:
    """One offering. Monthly price and one-off fees in cents; usage prices in millionths of a euro per step.

    ``usage`` maps a usage type to (units per step, {zone: price}); ``raised`` holds the prices that replace some of
    them on the day of the price change. Where ``off_peak`` has a price the one in ``usage`` is the peak price;
    ``splits``: a call across two tariff periods is charged by parts. ``minimum``: units that a call costs at least.
    """

    code: str
    name: str
    category: int
    monthly: int
    activation_fee: int = 0
    usage: dict[int, tuple[int, dict[int, int]]] = field(default_factory=dict)
    raised: dict[tuple[int, int], int] = field(default_factory=dict)
    off_peak: dict[tuple[int, int], int] = field(default_factory=dict)
    splits: bool = False
    minimum: dict[int, int] = field(default_factory=dict)
    allowances: tuple[Allowance, ...] = ()


def _mobile(
    voice: tuple[int, int, int, int],
    sms: tuple[int, int, int],
    data: tuple[int, int, int],
    voice_step: int = 60,
) -> dict[int, tuple[int, dict[int, int]]]:
    """Usage prices of a mobile offering: national, EU roaming, international and (not for data) premium."""
    return {
        VOICE: (voice_step, {**dict(zip(range(4), voice, strict=True)), EMERGENCY: 0}),
        SMS: (1, {NATIONAL: sms[0], EU_ROAMING: sms[0], INTERNATIONAL: sms[1], PREMIUM: sms[2]}),
        DATA: (_MEGABYTE, {**dict(zip(range(3), data, strict=True)), ZERO_RATED: 0}),
    }


def _fixed(voice: tuple[int, int, int], step: int = 60) -> dict[int, tuple[int, dict[int, int]]]:
    """Usage prices of a fixed line: national, international, premium."""
    return {VOICE: (step, {NATIONAL: voice[0], INTERNATIONAL: voice[1], PREMIUM: voice[2], EMERGENCY: 0})}


OFFERINGS = (
    Offering(
        "MOB_S", "Nordlicht Mobil S", MOBILE, 999, 1999,
        _mobile((90_000, 120_000, 490_000, 990_000), (90_000, 290_000, 990_000), (2_000, 3_000, 90_000)),
        {(VOICE, NATIONAL): 110_000, (DATA, NATIONAL): 2_500},
        allowances=(
            Allowance(VOICE, (NATIONAL,), 1_200),
            Allowance(SMS, (NATIONAL, EU_ROAMING), 5),
            Allowance(DATA, (NATIONAL,), 100 * _MEGABYTE),
        ),
    ),
    Offering(
        "MOB_M", "Nordlicht Mobil M", MOBILE, 1999, 3999,
        _mobile((0, 60_000, 390_000, 990_000), (0, 190_000, 990_000), (0, 2_000, 70_000)),
        allowances=(Allowance(VOICE, (EU_ROAMING,), 1_200),),
    ),
    Offering(
        "MOB_L", "Nordlicht Mobil L", MOBILE, 3499, 3999,
        _mobile((0, 0, 290_000, 990_000), (0, 90_000, 990_000), (0, 0, 50_000)),
        allowances=(Allowance(VOICE, (INTERNATIONAL,), 600),),
    ),
    Offering(
        "MOB_BASIS", "Nordlicht Mobil Basis", MOBILE, 499, 0,
        _mobile((120_000, 150_000, 590_000, 1_290_000), (120_000, 390_000, 1_290_000), (3_000, 4_000, 120_000)),
        {(VOICE, NATIONAL): 140_000, (SMS, NATIONAL): 140_000, (VOICE, INTERNATIONAL): 650_000},
    ),
    Offering(
        "BIZ_MOB", "Nordlicht Business Mobil", MOBILE, 2499, 0,
        _mobile((1_100, 1_600, 6_500, 19_900), (60_000, 190_000, 990_000), (1_500, 2_500, 60_000), voice_step=1),
        {(VOICE, NATIONAL): 1_300, (VOICE, EU_ROAMING): 1_900},
        minimum={VOICE: 30},
    ),
    Offering(
        "MOB_STAFF", "Nordlicht Mitarbeiter", MOBILE, 0, 0,
        _mobile((0, 0, 0, 0), (0, 0, 0), (0, 0, 0)),
    ),
    Offering(
        "M2M_DATA", "Nordlicht M2M", MOBILE, 250, 0,
        {
            SMS: (1, {NATIONAL: 50_000, EU_ROAMING: 50_000, INTERNATIONAL: 90_000}),
            DATA: (100_000, {NATIONAL: 1_000, EU_ROAMING: 2_500, INTERNATIONAL: 20_000, ZERO_RATED: 0}),
        },
    ),
    Offering("FIX_DSL", "Kabelwest DSL 50", FIXED, 2995, 4995, _fixed((0, 290_000, 990_000))),
    Offering("FIX_FIBRE", "Kabelwest Glasfaser 250", FIXED, 4495, 6995, _fixed((0, 190_000, 990_000))),
    Offering(
        "FIX_PHONE", "Kabelwest Telefon", FIXED, 1495, 0, _fixed((29_000, 390_000, 1_190_000)),
        {(VOICE, NATIONAL): 34_000}, off_peak={(VOICE, NATIONAL): 19_000},
    ),
    Offering(
        "BIZ_FIX", "Kabelwest Business Anschluss", FIXED, 5990, 9900, _fixed((450, 4_900, 18_900), step=1),
        {(VOICE, NATIONAL): 520}, off_peak={(VOICE, NATIONAL): 300}, splits=True,
    ),
    Offering("ADD_INSURANCE", "Handyversicherung", ADDON, 599),
    Offering("ADD_PAPERBILL", "Papierrechnung", ADDON, 150),
    Offering(
        "BIZ_TEAM", "Nordlicht Business Team", MOBILE, 2799, 0,
        _mobile((1_100, 1_600, 6_500, 19_900), (60_000, 190_000, 990_000), (4_000, 6_000, 60_000), voice_step=1),
        minimum={VOICE: 30},
        allowances=(Allowance(DATA, (NATIONAL,), 120 * _MEGABYTE, is_shared=True),),
    ),
    Offering("FIX_DSL_100", "Kabelwest DSL 100", FIXED, 3995, 4995, _fixed((0, 290_000, 990_000))),
    # Leased lines: no register and no switch of the operator's knows them, only the inventory.
    Offering("BIZ_ETHERNET", "Nordlicht Ethernet Connect 100", CIRCUIT, 24900),
    Offering("BIZ_ETHERNET_1G", "Nordlicht Ethernet Connect 1000", CIRCUIT, 49900),
)  # fmt: skip

CODES = tuple(offering.code for offering in OFFERINGS)
INDEX = {code: number for number, code in enumerate(CODES)}
MONTHLY = np.array([offering.monthly for offering in OFFERINGS], dtype=np.int64)
ACTIVATION_FEE = np.array([offering.activation_fee for offering in OFFERINGS], dtype=np.int64)
TERMINATION_FEE = 4999
ALLOWANCES = tuple(
    (number, allowance) for number, offering in enumerate(OFFERINGS) for allowance in offering.allowances
)
HAS_ALLOWANCE = np.array([bool(offering.allowances) for offering in OFFERINGS])
HAS_SHARED_ALLOWANCE = np.array([any(own.is_shared for own in offering.allowances) for offering in OFFERINGS])
# What the access network lets through for an offering, in Mbit/s; 0 where it is no matter.
SPEEDS = {"FIX_DSL": 50, "FIX_DSL_100": 100, "FIX_FIBRE": 250, "BIZ_FIX": 100}
SPEED = np.array([SPEEDS.get(code, 0) for code in CODES], dtype=np.int64)


@dataclass(frozen=True)
class Rate:
    """One usage price with its validity. Index of the offering, price in millionths of a euro, instants."""

    offering: int
    usage_type: int
    zone: int
    period: int  # PEAK, OFF_PEAK or ANY_TIME
    unit_size: int
    minimum: int
    price: int
    splits: bool
    is_raised: bool
    is_replaced: bool


@dataclass(frozen=True)
class Parts:
    """A charge before allowances: rounded units at the rate of the start, and at the rate that follows (0: none)."""

    rate: np.ndarray
    units: np.ndarray
    next_rate: np.ndarray
    next_units: np.ndarray

    @property
    def total(self) -> np.ndarray:
        return self.units + self.next_units


@dataclass(frozen=True)
class Tariff:
    """Usage prices as look-up tables over (offering, usage type, zone, before or after the price change, period)."""

    rates: list[Rate]
    rate_index: np.ndarray
    price: np.ndarray
    unit_size: np.ndarray
    minimum: np.ndarray
    splits: np.ndarray
    change_at: int
    clock: Clock

    def rate(self, offering: np.ndarray, usage_type: np.ndarray, zone: np.ndarray, started_at: np.ndarray):
        """Index of the rate that is valid for each event."""
        late = (started_at >= self.change_at).astype(np.int64)
        return self.rate_index[offering, usage_type, zone, late, self.period(started_at)]

    def period(self, started_at: np.ndarray) -> np.ndarray:
        """PEAK or OFF_PEAK at each instant. The clocks change at night, so hours of the day count back from its end."""
        day = self.clock.local_day(started_at)
        to_midnight = self.clock.midnight(day + 1) - started_at
        is_weekday = (day + 3) % 7 < 5
        return np.where(is_weekday & (to_midnight <= 16 * HOUR) & (to_midnight > 6 * HOUR), PEAK, OFF_PEAK)

    def parts(
        self,
        offering: np.ndarray,
        usage_type: np.ndarray,
        zone: np.ndarray,
        started_at: np.ndarray,
        quantity: np.ndarray,
    ) -> Parts:
        """Units to charge: rounded up to whole steps, at least the minimum; in two parts where the tariff splits.

        A call lasts less than six hours, so that it meets at most one change of price: at eight, at eighteen, or at
        the midnight of the price change.
        """
        rate = self.rate(offering, usage_type, zone, started_at)
        # Whole seconds until the price changes, for calls that the tariff splits; longer than any call elsewhere.
        day = self.clock.local_day(started_at)
        to_midnight = self.clock.midnight(day + 1) - started_at
        to_change = np.select([to_midnight > 16 * HOUR, to_midnight > 6 * HOUR], [16 * HOUR, 6 * HOUR], 0)
        seconds = (to_midnight - to_change) // SECOND
        first = np.where(self.splits[rate], np.minimum(quantity, seconds), quantity)
        next_at = started_at + first * SECOND
        next_rate = np.where(first < quantity, self.rate(offering, usage_type, zone, next_at), rate)
        same = next_rate == rate
        first = np.where(same, quantity, first)
        return Parts(
            rate,
            np.maximum(self.minimum[rate], self._rounded(rate, first)),
            next_rate,
            np.where(same, 0, self._rounded(next_rate, quantity - first)),
        )

    def _rounded(self, rate: np.ndarray, quantity: np.ndarray) -> np.ndarray:
        return self.steps(rate, quantity) * self.unit_size[rate]

    def steps(self, rate: np.ndarray, units: np.ndarray) -> np.ndarray:
        """Whole steps, rounded up."""
        return -(-units // self.unit_size[rate])


def build_tariff(parameters: Parameters) -> Tariff:
    """Every usage price of every offering, with the price change of this window."""
    rates: list[Rate] = []
    index = np.full((len(OFFERINGS), len(USAGE_TYPES), len(ZONES), 2, len(TARIFF_PERIODS)), -1, dtype=np.int64)

    def add(number: int, usage_type: int, zone: int, period: int, price: int, raised: int | None) -> None:
        offering = OFFERINGS[number]
        unit_size = offering.usage[usage_type][0]
        minimum = offering.minimum.get(usage_type, unit_size)
        periods = slice(None) if period == ANY_TIME else period
        splits = offering.splits and period != ANY_TIME
        common = (number, usage_type, zone, period, unit_size, minimum)
        index[number, usage_type, zone, :, periods] = len(rates)
        rates.append(Rate(*common, price, splits, False, raised is not None))
        if raised is not None:
            index[number, usage_type, zone, 1, periods] = len(rates)
            rates.append(Rate(*common, raised, splits, True, False))

    for number, offering in enumerate(OFFERINGS):
        for usage_type, (_, prices) in offering.usage.items():
            for zone, price in prices.items():
                cell = (usage_type, zone)
                add(number, *cell, PEAK if cell in offering.off_peak else ANY_TIME, price, offering.raised.get(cell))
                if cell in offering.off_peak:
                    add(number, *cell, OFF_PEAK, offering.off_peak[cell], None)
    return Tariff(
        rates=rates,
        rate_index=index,
        price=np.array([rate.price for rate in rates], dtype=np.int64),
        unit_size=np.array([rate.unit_size for rate in rates], dtype=np.int64),
        minimum=np.array([rate.minimum for rate in rates], dtype=np.int64),
        splits=np.array([rate.splits for rate in rates], dtype=bool),
        change_at=int(parameters.clock.midnight(parameters.price_change_day)),
        clock=parameters.clock,
    )
