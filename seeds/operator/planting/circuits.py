"""Plants circuits that the operator leases: what inventory knows, what suppliers charge, and what is wrong in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.keys import Keys, scrambled
from seeds.operator.planting.roles_circuits import CIRCUITS
from seeds.operator.world.clock import NEVER, add_months, day_number
from seeds.operator.world.lines import OWN_CRM
from seeds.operator.world.offerings import CIRCUIT, FIXED, INDEX, MONTHLY
from seeds.operator.world.parties import COMPANY

_ROLES = {role.code: role for role in CIRCUITS}
SUPPLIERS = (
    ("S-301", "Stadtnetz Hanse GmbH", "SN"),
    ("S-302", "Fernlinie Netz AG", "FL"),
    ("S-303", "Glasring Wholesale GmbH", "GR"),
)
_CHANGES_RATES, _LONG_NOTICE = "S-302", "S-302"
_STEADY = ("S-301", "S-303")
# Monthly rates in cents by product, as the first supplier has them; the others ask for a little more.
_RATES = {"TAL": 1_079, "BSA-100": 1_890, "ETH-100": 12_900, "ETH-1G": 28_900, "DF-10G": 69_000}
_MARKUP = {"S-301": 100, "S-302": 104, "S-303": 97}
_NOTICE_DAYS = {"S-301": 30, "S-302": 90, "S-303": 30}
# New rates of one supplier, in percent of the old ones, from a day of the window's second month on.
_NEW_RATE_PERCENT = {"TAL": 112, "ETH-100": 92}
_DAY_OF_CHANGE = 14
CUSTOMER, ACCESS, BACKHAUL, RESERVE = "customer", "access", "backhaul", "reserve"
_OF_OFFERING = {INDEX["BIZ_ETHERNET"]: "ETH-100", INDEX["BIZ_ETHERNET_1G"]: "ETH-1G"}
_SHARE_OF_ACCESS_LINES = 0.2
_RENTAL, _CREDIT = "rental", "credit"
_LINE = ("partner", "invoice_day", "reference", "product", "from_day", "to_day", "rate", "amount", "kind")


@dataclass(frozen=True)
class Circuits:
    """``inventory``: number, reference, partner, supplier_reference, product, use, line (carried, -1 without), holder
    (the customer's key, or null), offering (-1 without), from_at, to_at (instants, or null), reserved_until (day, or
    null). ``rates``: partner, product, rate (cents), notice_days, from_day, to_day (the day after, or null).
    ``invoices``: partner, invoice_day, reference, product, from_day, to_day (the day after), rate, amount (cents),
    kind.
    ``planted``: code, number (-1: inventory has none), leased (partner/reference), day, end, amount (cents).
    """

    inventory: pl.DataFrame
    rates: pl.DataFrame
    invoices: pl.DataFrame
    planted: pl.DataFrame


@dataclass
class _Circuit:
    number: int
    partner: str
    product: str
    use: str
    from_at: int
    due_to: int  # the day after the last one that the supplier may charge
    line: int = -1
    customer: int = -1
    offering: int = -1
    to_at: int | None = None
    reserved_until: int | None = None
    charged_to: int | None = None  # where the supplier charges longer, or shorter
    percent: int = 100  # of the agreed rate
    style: int = 0
    role: str = ""


def plant_circuits(operator: Operator, keys: Keys) -> Circuits:
    """Every circuit that the operator leases, with its supplier's invoices."""
    return _Planter(operator, keys).result()


class _Planter:
    def __init__(self, operator: Operator, keys: Keys) -> None:
        self.operator, self.keys, self.parameters = operator, keys, operator.parameters
        self.random = operator.parameters.random("circuits")
        self.first, self.end = self.parameters.start_day, self.parameters.end_day
        self.months = [add_months(self.parameters.start, number) for number in range(self.parameters.months)]
        self.change = day_number(add_months(self.parameters.start, 1)) + _DAY_OF_CHANGE
        self.rates = self._agreed()
        self.next_number = len(operator.lines)
        self.circuits: list[_Circuit] = []
        self.rows: list[tuple] = []
        self.planted: list[tuple] = []

    def result(self) -> Circuits:
        self._rented()
        self._never_billed()
        self._access()
        self._spare()
        self._priced_wrongly()
        self._unremarkable()
        for circuit in self.circuits:
            self._invoice(circuit)
        self._unknown()
        rows = dict.fromkeys(_LINE, pl.Int64) | dict.fromkeys(("partner", "reference", "product", "kind"), pl.String)
        planted = {"code": pl.String, "number": pl.Int64, "leased": pl.String}
        planted |= dict.fromkeys(("day", "end", "amount"), pl.Int64)
        return Circuits(
            self._inventory(),
            pl.DataFrame(
                self.rates,
                schema={"partner": pl.String, "product": pl.String}
                | dict.fromkeys(("rate", "notice_days", "from_day", "to_day"), pl.Int64),
                orient="row",
            ),
            pl.DataFrame(self.rows, schema=rows, orient="row").sort("partner", "invoice_day", "reference", "from_day"),
            pl.DataFrame(self.planted, schema=planted, orient="row"),
        )

    # What the circuits are for

    def _rented(self) -> None:
        """Circuits of customers' Ethernet lines: they last as long as the line."""
        lines, chooser = self.operator.lines, self.operator.chooser
        later = set(chooser.lines("O10.accepted_later").tolist())
        for line in np.flatnonzero((lines.kind == CIRCUIT) & lines.is_provisioned):
            circuit = self._add(CUSTOMER, _OF_OFFERING[int(lines.offering[line])], int(lines.start[line]), number=line)
            circuit.customer, circuit.offering = int(lines.customer[line]), int(lines.offering[line])
            circuit.line = int(line)
            if line in later:
                # In service on the engineer's day; the customer accepts it days later.
                circuit.from_at -= int(self.random.integers(3, 8)) * 86_400_000_000
            if lines.end[line] < NEVER:
                circuit.to_at = int(lines.end[line])
                circuit.due_to = self._day(circuit.to_at) + _NOTICE_DAYS[circuit.partner]

    def _never_billed(self) -> None:
        """Built as a project for a firm with one bill; nobody told the CRM or billing of it."""
        lines, chooser, accounts = self.operator.lines, self.operator.chooser, self.operator.accounts
        count = len(self.operator.parties)
        settled = (lines.end == NEVER) & (lines.home == OWN_CRM) & (self._days(lines.start) < self.first - 40)
        fits = (self.operator.parties["kind"].to_numpy() == COMPANY) & self.keys.in_crm & ~chooser.is_taken
        fits &= np.bincount(lines.customer[settled], minlength=count) > 0
        fits &= np.bincount(accounts.customer, minlength=count) == 1
        fits &= ~self.keys.keyless[OWN_CRM] & ~self.keys.keyless[1 - OWN_CRM]
        chosen = self.random.permutation(np.flatnonzero(fits))
        for place, customer in enumerate(chosen[: self._count("O10.never_billed")]):
            offering = INDEX["BIZ_ETHERNET_1G" if place % 3 == 1 else "BIZ_ETHERNET"]
            day = self.first + int(self.random.integers(6, 25)) if place % 4 == 3 else self._before_window()
            circuit = self._add(CUSTOMER, _OF_OFFERING[offering], self._morning(day))
            circuit.customer, circuit.offering, circuit.role = int(customer), offering, "O10.never_billed"
            self._note_unbilled(circuit, int(np.flatnonzero(accounts.customer == customer)[0]), day)

    def _access(self) -> None:
        """Access lines of others that carry fixed lines of the operator's customers."""
        lines, chooser = self.operator.lines, self.operator.chooser
        plain = (lines.kind == FIXED) & lines.is_provisioned & (chooser.role == 0) & (lines.gap_from == NEVER)
        plain &= (lines.overrun_until == 0) & (lines.start < self.parameters.now)
        ended = self.random.permutation(np.flatnonzero(plain & (lines.end < self.parameters.now))).tolist()
        # Half of the stranded ones first, so that the honest ones find ceased lines even with a small operator.
        stranded = self._count("O10.stranded")
        for code, count, partners in (
            ("O10.stranded", stranded - stranded // 2, _STEADY),
            ("O10.notice_running", self._count("O10.notice_running"), (_LONG_NOTICE,)),
            ("O10.credited", self._count("O10.credited"), _STEADY),
            ("O10.stranded", stranded // 2, _STEADY),
            ("O10.handed_back", self._count("O10.handed_back"), _STEADY),
        ):
            for line in [line for line in ended if self._may_be(code, line)][:count]:
                ended.remove(line)
                self._cease(code, line, partners)
        running = np.flatnonzero(plain & (lines.end == NEVER))
        for line in running[self.random.random(len(running)) < _SHARE_OF_ACCESS_LINES]:
            self._carry(int(line))

    def _count(self, code: str) -> int:
        return _ROLES[code].count(self.parameters.customers)

    def _may_be(self, code: str, line: int) -> bool:
        ceased = self._day(self.operator.lines.end[line])
        if code == "O10.stranded":
            return ceased + 30 < self.end - 12
        if code == "O10.notice_running":
            return self.first < ceased and ceased + 90 > self.end
        if code == "O10.credited":
            return len(self.months) > 1 and ceased + 30 <= self.first
        return ceased + 30 < self.end

    def _carry(self, line: int, partners: tuple[str, ...] | None = None) -> _Circuit:
        lines = self.operator.lines
        product = "BSA-100" if lines.offering[line] != INDEX["FIX_PHONE"] else "TAL"
        circuit = self._add(ACCESS, product, int(lines.start[line]), partners)
        circuit.line = line
        return circuit

    def _cease(self, code: str, line: int, partners: tuple[str, ...]) -> None:
        circuit = self._carry(line, partners)
        circuit.role = code
        ceased = int(self.operator.lines.end[line])
        circuit.due_to = self._day(ceased) + _NOTICE_DAYS[circuit.partner]
        if code == "O10.stranded":
            circuit.charged_to = 10**6
        elif code == "O10.credited":
            circuit.charged_to = day_number(self.months[1])
        elif code == "O10.handed_back":
            circuit.to_at = self._morning(circuit.due_to)

    def _spare(self) -> None:
        """Circuits to the operator's own sites, and circuits that are kept for orders to come."""
        for code, use in (
            ("O10.backhaul", BACKHAUL), ("O10.held_for_order", RESERVE), ("O10.reservation_lapsed", RESERVE),
        ):  # fmt: skip
            for _ in range(self._count(code)):
                product = "DF-10G" if use == BACKHAUL else str(self.random.choice(["TAL", "BSA-100", "ETH-100"]))
                circuit = self._add(use, product, self._morning(self._before_window(150)), _STEADY)
                circuit.role = code
                if code == "O10.held_for_order":
                    circuit.reserved_until = self.end + int(self.random.integers(5, 90))
                elif code == "O10.reservation_lapsed":
                    # The planner's last day; from the day after on it could have been given notice.
                    circuit.reserved_until = self.first - int(self.random.integers(40, 100))
                    circuit.due_to = circuit.reserved_until + 1 + _NOTICE_DAYS[circuit.partner]
                    circuit.charged_to = 10**6

    def _priced_wrongly(self) -> None:
        fits = [item for item in self._free() if item.partner in _STEADY and self._is_whole(item)]
        for circuit in fits[: self._count("O10.wrong_rate")]:
            circuit.role = "O10.wrong_rate"
            circuit.percent = 110 + int(self.random.integers(0, 25))

    def _unremarkable(self) -> None:
        """Honest circuits that look as if something were wrong."""
        changed = [
            item for item in self._free()
            if item.partner == _CHANGES_RATES and item.product in _NEW_RATE_PERCENT and self._is_whole(item)
        ]  # fmt: skip
        for circuit in changed[: self._count("O10.rate_change")]:
            circuit.role = "O10.rate_change"
        spelt = [item for item in self._free() if item.style and item.line not in self._chosen_lines]
        for circuit in spelt[: self._count("O10.other_spelling")]:
            circuit.role = "O10.other_spelling"

    @property
    def _chosen_lines(self) -> set[int]:
        return set(np.flatnonzero(self.operator.chooser.role > 0).tolist())

    def _free(self) -> list[_Circuit]:
        free = [item for item in self.circuits if not item.role and item.to_at is None]
        return [free[place] for place in self.random.permutation(len(free))]

    def _is_whole(self, circuit: _Circuit) -> bool:
        return self._day(circuit.from_at) <= self.first and circuit.due_to >= self.end

    def _unknown(self) -> None:
        """Invoiced, and nobody ever leased it."""
        for place in range(self._count("O10.unknown_circuit")):
            partner = _STEADY[place % 2]
            product = ("TAL", "ETH-100", "BSA-100")[place % 3]
            reference = self._supplier_reference(partner, 900_000 + place)
            for month in self.months[-2:]:
                first, end = day_number(month), day_number(add_months(month, 1))
                rate = self._rate(partner, product, first)
                self.rows.append((partner, end - 1, reference, product, first, end, rate, rate, _RENTAL))
                self.planted.append(("O10.unknown_circuit", -1, f"{partner}/{reference}", first, end, rate))

    # Invoices

    def _invoice(self, circuit: _Circuit) -> None:
        """At the end of each month, for its days; what is wrong in it goes to the notes."""
        spelt = self._on_invoice(circuit)
        overcharged = 0
        for position, month in enumerate(self.months):
            first, end = day_number(month), day_number(add_months(month, 1))
            due = self._lines(circuit, first, end, circuit.due_to, 100)
            charged_to = circuit.due_to if circuit.charged_to is None else circuit.charged_to
            is_wrong = circuit.percent != 100 and position < 2
            charged = self._lines(circuit, first, end, charged_to, circuit.percent if is_wrong else 100)
            for start, stop, rate, amount in charged:
                self.rows.append((circuit.partner, end - 1, spelt, circuit.product, start, stop, rate, amount, _RENTAL))
            more = sum(line[-1] for line in charged) - sum(line[-1] for line in due)
            if circuit.role == "O10.credited" and overcharged:
                start, stop = day_number(self.months[position - 1]), first
                rate = self._rate(circuit.partner, circuit.product, start)
                self.rows.append(
                    (circuit.partner, end - 1, spelt, circuit.product, start, stop, rate, -overcharged, _CREDIT)
                )
            overcharged = more
            if more > 0 and _ROLES[circuit.role].kind == "fault":
                self._note(circuit, first, end, more)
        if circuit.role and _ROLES[circuit.role].kind == "distractor":
            self._note(circuit, self.first, self.end)

    def _lines(self, circuit: _Circuit, first: int, end: int, to_day: int, percent: int) -> list[tuple[int, ...]]:
        """From, to, rate and amount of a month's days up to a day, one for each rate that holds."""
        result = []
        for partner, product, rate, _, from_day, until in self.rates:
            if (partner, product) != (circuit.partner, circuit.product):
                continue
            start = max(first, from_day, self._day(circuit.from_at))
            stop = min(end, to_day, until if until is not None else end)
            if start < stop:
                asked = rate * percent // 100
                days, month_days = stop - start, end - first
                result.append((start, stop, asked, (2 * asked * days + month_days) // (2 * month_days)))
        return result

    def _note(self, circuit: _Circuit, day: int, end: int, amount: int = 0) -> None:
        leased = f"{circuit.partner}/{self._on_invoice(circuit)}"
        self.planted.append((circuit.role, circuit.number, leased, day, end, amount))

    def _note_unbilled(self, circuit: _Circuit, account: int, day: int) -> None:
        runs, price = self.operator.runs, int(MONTHLY[circuit.offering])
        mine = (runs.cycle == self.operator.accounts.cycle[account]) & runs.is_completed
        for run in np.flatnonzero(mine):
            first, end, month_days = (int(x[run]) for x in (runs.period_start, runs.period_end, runs.month_days))
            days = end - max(first, day)
            if days > 0:
                self._note(circuit, first, end, (2 * price * days + month_days) // (2 * month_days))

    # Small things

    def _agreed(self) -> list[tuple]:
        opening = self.first - 4_000
        rates = []
        for partner, _, _ in SUPPLIERS:
            for product, base in _RATES.items():
                rate, notice = base * _MARKUP[partner] // 100, _NOTICE_DAYS[partner]
                percent = _NEW_RATE_PERCENT.get(product) if partner == _CHANGES_RATES else None
                rates.append((partner, product, rate, notice, opening, self.change if percent else None))
                if percent:
                    rates.append((partner, product, rate * percent // 100, notice, self.change, None))
        return rates

    def _rate(self, partner: str, product: str, day: int) -> int:
        return next(
            rate
            for other, name, rate, _, from_day, to_day in self.rates
            if (other, name) == (partner, product) and from_day <= day and (to_day is None or day < to_day)
        )

    def _add(
        self, use: str, product: str, from_at: int, partners: tuple[str, ...] | None = None, number: int | None = None
    ) -> _Circuit:
        names = partners or tuple(partner for partner, _, _ in SUPPLIERS)
        partner = names[int(self.random.integers(0, len(names)))]
        if number is None:
            number, self.next_number = self.next_number, self.next_number + 1
        style = int(self.random.choice(4, p=[0.6, 0.2, 0.1, 0.1]))
        circuit = _Circuit(int(number), partner, product, use, from_at, due_to=10**6, style=style)
        self.circuits.append(circuit)
        return circuit

    def _day(self, instant: int) -> int:
        return int(self.parameters.clock.local_day(np.array([instant]))[0])

    def _days(self, instants: np.ndarray) -> np.ndarray:
        return self.parameters.clock.local_day(instants)

    def _morning(self, day: int) -> int:
        return int(self.parameters.clock.midnight(day)) + int(self.random.integers(8, 16)) * 3_600_000_000

    def _before_window(self, at_least: int = 20) -> int:
        return self.first - int(self.random.integers(at_least, 600))

    def _supplier_reference(self, partner: str, number: int) -> str:
        prefix = next(short for name, _, short in SUPPLIERS if name == partner)
        return f"{prefix}-{int(scrambled(np.array([number]))[0]):07d}/{1 + number % 3}"

    def _on_invoice(self, circuit: _Circuit) -> str:
        """The supplier's own reference as its invoices have it."""
        reference = self._supplier_reference(circuit.partner, circuit.number)
        letters, digits = reference.split("-")
        return (
            reference,
            f"{letters} {digits}",
            f"{letters.lower()}{digits.lstrip('0')}",
            reference.replace("/", "-"),
        )[circuit.style]

    def _inventory(self) -> pl.DataFrame:
        items = self.circuits
        customers = self.keys.crm_customer
        return pl.DataFrame(
            {
                "number": [item.number for item in items],
                "partner": [item.partner for item in items],
                "supplier_reference": [self._supplier_reference(item.partner, item.number) for item in items],
                "product": [item.product for item in items],
                "use": [item.use for item in items],
                "line": [item.line if item.use == ACCESS else -1 for item in items],
                "holder": [customers[item.customer] if item.customer >= 0 else None for item in items],
                "offering": [item.offering for item in items],
                "from_at": [item.from_at for item in items],
                "to_at": [int(NEVER) if item.to_at is None else item.to_at for item in items],
                "reserved_until": [item.reserved_until for item in items],
            },
            schema_overrides={
                "number": pl.Int64, "partner": pl.String, "supplier_reference": pl.String, "product": pl.String,
                "use": pl.String, "line": pl.Int64, "holder": pl.String, "offering": pl.Int64, "from_at": pl.Int64,
                "to_at": pl.Int64, "reserved_until": pl.Int64,
            },
        )  # fmt: skip
