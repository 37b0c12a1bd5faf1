"""What the operator sells and at which price: the true catalogue."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from seeds.operator.world.parameters import Parameters

CURRENCY = "EUR"
USAGE_TYPES = ("voice", "sms", "data")
VOICE, SMS, DATA = range(3)
ZONES = ("national", "eu_roaming", "international", "premium", "emergency", "zero_rated")
NATIONAL, EU_ROAMING, INTERNATIONAL, PREMIUM, EMERGENCY, ZERO_RATED = range(6)
UNITS = ("second", "message", "byte")
MOBILE, FIXED, ADDON = range(3)
CATEGORIES = ("mobile", "fixed", "addon")

_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Offering:
    """One offering. Monthly price and one-off fees in cents; usage prices in millionths of a euro per step.

    ``usage`` maps a usage type to (units per step, {zone: price}); ``raised`` holds the prices that replace some of
    them on the day of the price change.
    """

    code: str
    name: str
    category: int
    monthly: int
    activation_fee: int = 0
    usage: dict[int, tuple[int, dict[int, int]]] = field(default_factory=dict)
    raised: dict[tuple[int, int], int] = field(default_factory=dict)


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
    ),
    Offering(
        "MOB_M", "Nordlicht Mobil M", MOBILE, 1999, 3999,
        _mobile((0, 60_000, 390_000, 990_000), (0, 190_000, 990_000), (0, 2_000, 70_000)),
    ),
    Offering(
        "MOB_L", "Nordlicht Mobil L", MOBILE, 3499, 3999,
        _mobile((0, 0, 290_000, 990_000), (0, 90_000, 990_000), (0, 0, 50_000)),
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
        {(VOICE, NATIONAL): 34_000},
    ),
    Offering(
        "BIZ_FIX", "Kabelwest Business Anschluss", FIXED, 5990, 9900, _fixed((450, 4_900, 18_900), step=1),
        {(VOICE, NATIONAL): 520},
    ),
    Offering("ADD_INSURANCE", "Handyversicherung", ADDON, 599),
    Offering("ADD_PAPERBILL", "Papierrechnung", ADDON, 150),
)  # fmt: skip

CODES = tuple(offering.code for offering in OFFERINGS)
INDEX = {code: number for number, code in enumerate(CODES)}
MONTHLY = np.array([offering.monthly for offering in OFFERINGS], dtype=np.int64)
ACTIVATION_FEE = np.array([offering.activation_fee for offering in OFFERINGS], dtype=np.int64)
TERMINATION_FEE = 4999


@dataclass(frozen=True)
class Rate:
    """One usage price with its validity. Index of the offering, price in millionths of a euro, instants."""

    offering: int
    usage_type: int
    zone: int
    unit_size: int
    price: int
    is_raised: bool
    is_replaced: bool


@dataclass(frozen=True)
class Tariff:
    """Usage prices as look-up tables over (offering, usage type, zone, before or after the price change)."""

    rates: list[Rate]
    rate_index: np.ndarray
    price: np.ndarray
    unit_size: np.ndarray
    change_at: int

    def rate(self, offering: np.ndarray, usage_type: np.ndarray, zone: np.ndarray, started_at: np.ndarray):
        """Index of the rate that is valid for each event."""
        return self.rate_index[offering, usage_type, zone, (started_at >= self.change_at).astype(np.int64)]

    def steps(self, rate: np.ndarray, quantity: np.ndarray) -> np.ndarray:
        """Charged steps: whole steps, rounded up, at least one."""
        return np.maximum(1, -(-quantity // self.unit_size[rate]))


def build_tariff(parameters: Parameters) -> Tariff:
    """Every usage price of every offering, with the price change of this window."""
    rates: list[Rate] = []
    index = np.full((len(OFFERINGS), len(USAGE_TYPES), len(ZONES), 2), -1, dtype=np.int64)
    for number, offering in enumerate(OFFERINGS):
        for usage_type, (unit_size, prices) in offering.usage.items():
            for zone, price in prices.items():
                raised = offering.raised.get((usage_type, zone))
                index[number, usage_type, zone, :] = len(rates)
                rates.append(Rate(number, usage_type, zone, unit_size, price, False, raised is not None))
                if raised is not None:
                    index[number, usage_type, zone, 1] = len(rates)
                    rates.append(Rate(number, usage_type, zone, unit_size, raised, True, False))
    return Tariff(
        rates=rates,
        rate_index=index,
        price=np.array([rate.price for rate in rates], dtype=np.int64),
        unit_size=np.array([rate.unit_size for rate in rates], dtype=np.int64),
        change_at=int(parameters.clock.midnight(parameters.price_change_day)),
    )
