"""What customers truly did: calls, messages and data sessions, with a daily rhythm and heavy users."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from seeds.operator.world.clock import NEVER, SECOND
from seeds.operator.world.lines import Lines, mobile_number
from seeds.operator.world.network import Network
from seeds.operator.world.offerings import (
    DATA,
    EMERGENCY,
    EU_ROAMING,
    FIXED,
    INDEX,
    INTERNATIONAL,
    NATIONAL,
    PREMIUM,
    SMS,
    VOICE,
    ZERO_RATED,
)
from seeds.operator.world.parameters import Parameters

# Access points, as other parties of data sessions: small numbers that no telephone has.
ACCESS_POINTS = ("internet.nordlicht.example", "m2m.nordlicht.example", "chat.nordlicht.example")
INTERNET, M2M, CHAT = range(3)
ALARM_NUMBERS = (112, 110)
_FOREIGN = np.array([33_1, 48_22, 90_212, 30_210, 39_06, 44_20, 1_212, 40_21])
# Weight of each hour of the day.
_VOICE_HOURS = (2, 1, 1, 1, 1, 2, 6, 16, 30, 38, 42, 40, 38, 36, 36, 38, 44, 50, 52, 46, 36, 24, 12, 5)
_DATA_HOURS = (14, 8, 5, 4, 4, 6, 16, 30, 34, 32, 32, 34, 40, 38, 36, 36, 40, 46, 52, 58, 62, 58, 44, 26)
_WEEKDAYS = (1.05, 1.05, 1.06, 1.08, 1.15, 0.92, 0.80)  # Monday first


@dataclass
class Events:
    """One element per usage record. ``line`` is -1 for SIM cards without a customer, which ``lone_sim`` numbers.

    ``file_day`` is the local day of the mediation file that carries the record; ``is_resent`` marks records of a file
    that mediation sent a second time. ``partial`` is 0 for whole records.
    """

    line: np.ndarray
    lone_sim: np.ndarray
    usage_type: np.ndarray
    zone: np.ndarray
    started_at: np.ndarray
    duration: np.ndarray
    uplink: np.ndarray
    downlink: np.ndarray
    other_party: np.ndarray  # digits, or an access point's number
    cell: np.ndarray  # -1 abroad and on fixed lines
    charging: np.ndarray
    partial: np.ndarray
    file_day: np.ndarray
    is_resent: np.ndarray

    def __len__(self) -> int:
        return len(self.line)

    @property
    def quantity(self) -> np.ndarray:
        """Seconds, messages or bytes."""
        return np.select(
            [self.usage_type == VOICE, self.usage_type == SMS], [self.duration, 1], self.uplink + self.downlink
        )

    def take(self, index: np.ndarray) -> Events:
        return Events(*(getattr(self, field.name)[index] for field in fields(self)))

    def changed(self, **columns: np.ndarray) -> Events:
        return replace(self, **columns)


def concatenate(parts: list[Events]) -> Events:
    return Events(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Events)))


def active_days(parameters: Parameters, lines: Lines) -> tuple[np.ndarray, np.ndarray]:
    """Window days [first, last) on which each line may have usage: whole days of service only."""
    day = parameters.clock.local_day
    first = np.maximum(day(lines.start) + 1, parameters.start_day)
    last = np.minimum(day(lines.used_until), parameters.end_day)
    usable = lines.is_provisioned & lines.has_service
    return first, np.where(usable, np.maximum(last, first), first)


def generate_events(
    parameters: Parameters, lines: Lines, network: Network, lone_sims: int, often_abroad: np.ndarray
) -> Events:
    """The usage of the window: about ``parameters.events`` records, heavy-tailed over lines.

    ``lone_sims`` SIM cards without a customer (test and staff) take part too; ``often_abroad`` marks lines that call
    abroad a good deal.
    """
    random = parameters.random("usage")
    count = len(lines)
    first, last = active_days(parameters, lines)
    offering = lines.offering
    appetite = np.exp(random.normal(0, 0.9, count)) + 0.35
    appetite *= np.select([lines.kind == FIXED, offering == INDEX["M2M_DATA"]], [0.45, 0.5], 1.0)
    weight = np.concatenate([np.minimum(appetite, 25) * (last - first), np.full(lone_sims, 0.3 * parameters.days)])
    per_line = random.multinomial(parameters.events, weight / max(weight.sum(), 1e-9))
    source = np.repeat(np.arange(count + lone_sims), per_line)
    total = len(source)
    line = np.where(source < count, source, -1)
    lone_sim = np.where(source < count, -1, source - count)
    known = np.maximum(line, 0)  # any line stands in where there is none; results are overwritten

    # Days, busier ones more often.
    weekday = (np.arange(parameters.days) + parameters.start_day + 3) % 7
    cumulative = np.concatenate([[0.0], np.cumsum(np.array(_WEEKDAYS)[weekday])])
    low = cumulative[np.where(line >= 0, first[known] - parameters.start_day, 0)]
    high = cumulative[np.where(line >= 0, last[known] - parameters.start_day, parameters.days)]
    drawn = np.searchsorted(cumulative, low + random.random(total) * (high - low), side="right") - 1
    event_day = parameters.start_day + np.clip(drawn, 0, parameters.days - 1)
    event_day = _outside_gaps(parameters, lines, line, event_day)

    is_machine = (line >= 0) & (offering[known] == INDEX["M2M_DATA"])
    is_fixed = (line >= 0) & (lines.kind[known] == FIXED)
    draw = random.random(total)
    usage_type = np.select(
        [is_fixed, is_machine, draw < 0.30, draw < 0.42],
        [VOICE, np.where(draw < 0.06, SMS, DATA), VOICE, SMS],
        DATA,
    )
    zone = _zones(random, parameters, lines, line, usage_type, event_day, is_fixed, is_machine, often_abroad)
    started_at = parameters.clock.midnight(event_day) + _second_of_day(random, usage_type) * SECOND

    duration = np.where(usage_type == VOICE, np.exp(random.normal(4.4, 1.15, total)), 0)
    duration = np.where(usage_type == DATA, np.exp(random.normal(6.0, 1.2, total)), duration)
    duration = np.clip(duration.astype(np.int64), 0, 14_000)
    duration = np.where((usage_type == VOICE) & (duration == 0), 1, duration)
    volume = np.exp(random.normal(15.0, 1.6, total))
    volume = np.where(is_machine, np.exp(random.normal(11.0, 1.2, total)), volume)
    volume = np.where(usage_type == DATA, np.clip(volume, 200, 2e9), 0).astype(np.int64)
    uplink = (volume * random.beta(2, 9, total)).astype(np.int64)

    near_home = network.home_cell[known] + random.integers(-2, 3, total) * (random.random(total) < 0.5)
    cell = np.clip(near_home, 0, len(network.cells) - 1)
    abroad = (zone == EU_ROAMING) | ((zone == INTERNATIONAL) & (usage_type == DATA))
    cell = np.where(is_fixed | abroad, -1, cell)
    cell = np.where(line < 0, random.integers(0, len(network.cells), total), cell)
    return Events(
        line=line,
        lone_sim=lone_sim,
        usage_type=usage_type,
        zone=zone,
        started_at=started_at,
        duration=duration,
        uplink=uplink,
        downlink=volume - uplink,
        other_party=_other_parties(random, source, lines, usage_type, zone, is_machine),
        cell=cell,
        charging=np.arange(total),
        partial=np.zeros(total, dtype=np.int64),
        file_day=event_day,
        is_resent=np.zeros(total, dtype=bool),
    )


def _outside_gaps(parameters: Parameters, lines: Lines, line: np.ndarray, event_day: np.ndarray) -> np.ndarray:
    """Moves events out of the days on which a line's service was away."""
    gaps = np.flatnonzero(lines.gap_from < NEVER)
    affected = np.flatnonzero(np.isin(line, gaps))
    begin = parameters.clock.local_day(lines.gap_from[line[affected]])
    after = parameters.clock.local_day(lines.gap_to[line[affected]]) + 1
    inside = (event_day[affected] >= begin) & (event_day[affected] < after)
    event_day[affected[inside]] = np.minimum(after[inside], parameters.end_day - 1)
    return event_day


def _second_of_day(random: np.random.Generator, usage_type: np.ndarray) -> np.ndarray:
    result = np.empty(len(usage_type), dtype=np.int64)
    for hours, members in ((_DATA_HOURS, usage_type == DATA), (_VOICE_HOURS, usage_type != DATA)):
        chosen = np.flatnonzero(members)
        cumulative = np.concatenate([[0.0], np.cumsum(hours)]) / sum(hours)
        # No event in the last minute before midnight: a part of a record must stay on its day.
        seconds = np.interp(random.random(len(chosen)), cumulative, np.arange(25) * 3600.0)
        result[chosen] = np.minimum(seconds, 86_340).astype(np.int64)
    return result


def _zones(
    random: np.random.Generator,
    parameters: Parameters,
    lines: Lines,
    line: np.ndarray,
    usage_type: np.ndarray,
    event_day: np.ndarray,
    is_fixed: np.ndarray,
    is_machine: np.ndarray,
    often_abroad: np.ndarray,
) -> np.ndarray:
    """Zone per event: mostly national, abroad while travelling, and the rare ones."""
    total = len(line)
    known = np.maximum(line, 0)
    travels = random.random(len(lines)) < 0.35
    leaves = parameters.start_day + random.integers(0, max(parameters.days - 10, 1), len(lines))
    away = random.integers(4, 16, len(lines))
    beyond_europe = random.random(len(lines)) < 0.12
    on_trip = (
        (line >= 0) & travels[known] & (event_day >= leaves[known]) & (event_day < (leaves + away)[known]) & ~is_fixed
    )
    draw = random.random(total)
    calls_abroad = np.where(often_abroad[known] & (line >= 0), 0.16, 0.03)
    zone = np.full(total, NATIONAL)
    talking = usage_type != DATA
    zone[talking & (draw < calls_abroad)] = INTERNATIONAL
    zone[talking & (draw > 0.994) & ~is_machine] = PREMIUM
    zone[(usage_type == VOICE) & (draw > 0.9985)] = EMERGENCY
    zone[(usage_type == DATA) & (draw < 0.025)] = ZERO_RATED
    trip_zone = np.where(beyond_europe[known], INTERNATIONAL, EU_ROAMING)
    return np.where(on_trip & (zone == NATIONAL), trip_zone, zone)


def _other_parties(
    random: np.random.Generator,
    source: np.ndarray,
    lines: Lines,
    usage_type: np.ndarray,
    zone: np.ndarray,
    is_machine: np.ndarray,
) -> np.ndarray:
    """Called numbers: each line has its circle, some of it on the own network."""
    total = len(source)
    # A circle of about twelve contacts, the first ones called most.
    contact = (random.random(total) ** 2 * 12).astype(np.int64)
    mixed = (source * 1_000_003 + contact * 7_919 + 13) % 2_147_483_647
    on_net = mobile_number(mixed % max(len(lines), 1))
    off_net = 4_915_100_000_000 + mixed % 100_000_000
    landline = 49_400_000_000 + mixed % 10_000_000
    number = np.select([mixed % 5 == 0, mixed % 5 < 4], [on_net, off_net], landline)
    foreign = _FOREIGN[mixed % len(_FOREIGN)] * 10**7 + mixed % 10**7
    number = np.where(zone == INTERNATIONAL, foreign, number)
    number = np.where(zone == PREMIUM, 49_900_0_000_000 + mixed % 1_000_000, number)
    number = np.where(zone == EMERGENCY, np.array(ALARM_NUMBERS)[mixed % 2], number)
    access_point = np.select([zone == ZERO_RATED, is_machine], [CHAT, M2M], INTERNET)
    return np.where(usage_type == DATA, access_point, number)
