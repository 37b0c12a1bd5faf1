"""SIM cards in the network without a customer: for tests, for the staff, in stock; and some that nobody knows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seeds.operator.planting.roles import SEPARATE
from seeds.operator.planting.roles_orders import SIMS
from seeds.operator.world.clock import DAY
from seeds.operator.world.lines import Lines
from seeds.operator.world.parameters import Parameters
from seeds.operator.world.usage import Events

_SILENT = ("O1.stock_sim", "O9.expired_unused", "O11.in_quarantine")
_PURPOSES = {
    "O1.test_sim": "networkTest",
    "O9.expired_test_sim": "networkTest",
    "O9.valid_test_sim": "networkTest",
    "O9.expired_unused": "networkTest",
    "O1.staff_sim": "staff",
    "O9.valid_staff_sim": "staff",
    "O1.stock_sim": "stock",
    "O9.stock_sim_used": "stock",
}


@dataclass(frozen=True)
class LoneSims:
    """SIM cards in the network without a customer. One element per card; those with traffic come first."""

    role: list[str]
    serial: np.ndarray
    number_serial: np.ndarray
    has_traffic: np.ndarray
    begin: np.ndarray
    purpose_until: np.ndarray  # first local day on which its purpose has ended; -1 without an end

    def __len__(self) -> int:
        return len(self.role)

    def of(self, *codes: str) -> np.ndarray:
        """Marks the cards of some roles."""
        return np.isin(np.array(self.role), codes)

    @property
    def purpose(self) -> list[str | None]:
        """What the inventory says that each card is for; None where it says nothing."""
        return [_PURPOSES.get(code) for code in self.role]


def build_lone_sims(parameters: Parameters, lines: Lines) -> LoneSims:
    """The cards of all roles, as many as the roles say."""
    roles = {role.code: role for role in (*SEPARATE, *SIMS) if role.code in _PURPOSES or role.code.startswith("O11.")}
    codes = sorted(roles, key=lambda code: code in _SILENT)
    role = np.repeat(codes, [roles[code].count(parameters.customers) for code in codes])
    count = len(role)
    serial = 2 * len(lines) + np.arange(count)
    random, first = parameters.random("lone SIM cards"), parameters.start_day
    begin = np.full(count, int(parameters.clock.midnight(first - 90)))
    begin[role == "O11.just_activated"] = int(parameters.clock.midnight(first + parameters.days - 2)) + DAY // 3
    until = np.full(count, -1)
    expires = np.isin(role, ["O9.expired_test_sim", "O9.expired_unused"])
    until[expires] = first + 15 + (random.random(int(expires.sum())) * parameters.days * 0.4).astype(np.int64)
    stays = role == "O9.valid_test_sim"
    until[stays] = first + parameters.days + random.integers(30, 300, int(stays.sum()))
    return LoneSims(role.tolist(), serial, serial, ~np.isin(role, _SILENT), begin, until)


def shape_lone_usage(parameters: Parameters, lone: LoneSims, events: Events) -> Events:
    """Moves usage of cards that were activated late behind their activation."""
    card = np.maximum(events.lone_sim, 0)
    late = (events.lone_sim >= 0) & (events.started_at < lone.begin[card])
    end = int(parameters.clock.midnight(parameters.end_day))
    span = np.maximum(end - lone.begin[card] - DAY // 24, 1)
    moved = lone.begin[card] + DAY // 24 + events.started_at % span
    started_at = np.where(late, np.minimum(moved, end - DAY // 24), events.started_at)
    file_day = np.where(late, parameters.clock.local_day(started_at), events.file_day)
    return events.changed(started_at=started_at, file_day=file_day)
