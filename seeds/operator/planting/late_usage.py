"""Plants usage that mediation delivers weeks or months after it happened."""

from __future__ import annotations

import numpy as np

from seeds.operator.planting.rating import charge
from seeds.operator.planting.roles import Chooser
from seeds.operator.planting.roles_network import LATE_USAGE
from seeds.operator.world.allowances import Pots
from seeds.operator.world.bill_runs import BillRuns
from seeds.operator.world.clock import NEVER
from seeds.operator.world.lines import Accounts, Lines
from seeds.operator.world.offerings import Tariff
from seeds.operator.world.parameters import Parameters
from seeds.operator.world.parties import COMPANY, PERSON
from seeds.operator.world.usage import Events

# Kind of customer, and how many days lie between the use and the bill: least and most.
_AGES = {
    "U5.person_billed_late": (PERSON, 63, 400),
    "U5.company_billed_late": (COMPANY, 78, 400),
    "U5.late_within_limit": (PERSON, 24, 56),
    "U5.company_limit": (COMPANY, 62, 73),
}
# Uses of one line that come late, and what each is worth at least, in millionths of a euro.
_MOST, _LEAST = 5, 20_000


def plant_late_usage(
    parameters: Parameters,
    runs: BillRuns,
    tariff: Tariff,
    pots: Pots,
    accounts: Accounts,
    lines: Lines,
    customer_kind: np.ndarray,
    chooser: Chooser,
    events: Events,
) -> tuple[Events, np.ndarray]:
    """Events with their new file days, and which of them no customer need pay any more.

    What comes late reaches rating in the days before the last run of its cycle, which bills it.
    """
    random = parameters.random("late usage")
    line = np.maximum(events.line, 0)
    started_at, usage_type, zone = events.started_at, events.usage_type, events.zone
    offering = lines.offering_at(line, started_at)
    parts = tariff.parts(offering, usage_type, zone, started_at, events.quantity)
    _, amount = charge(tariff, parts, np.zeros(len(events), dtype=np.int64))
    settled = lines.is_steady & (lines.plan_changed_at == NEVER)
    possible = (events.line >= 0) & settled[line] & (events.partial == 0) & (amount >= _LEAST)
    possible &= pots.number(offering, usage_type, zone) < 0
    billed_day = runs.last_period_end()[accounts.cycle[lines.account[line]]]
    age = billed_day - parameters.clock.local_day(started_at)
    file_day, too_late = events.file_day.copy(), np.zeros(len(events), dtype=bool)
    for role in LATE_USAGE:
        kind, least, most = _AGES[role.code]
        fits = possible & (customer_kind[lines.customer[line]] == kind) & (age >= least) & (age <= most)
        has = np.zeros(len(lines), dtype=bool)
        has[line[fits]] = True
        chosen = np.flatnonzero(fits & np.isin(line, chooser.choose(role, has, random)))
        chosen = chosen[np.argsort(line[chosen], kind="stable")]
        chosen = chosen[np.arange(len(chosen)) - np.searchsorted(line[chosen], line[chosen]) < _MOST]
        file_day[chosen] = billed_day[chosen] - 1 - line[chosen] % 3
        too_late[chosen] = role.kind == "fault"
    return events.changed(file_day=file_day), too_late
