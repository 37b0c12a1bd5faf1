"""Plants what goes wrong between an allowance, a free service and the charge; and what is rightly free."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from seeds.operator.planting.rating import Rating, charge
from seeds.operator.planting.roles import Chooser
from seeds.operator.planting.roles_charging import CHARGING
from seeds.operator.world.allowances import Pots
from seeds.operator.world.lines import Accounts, Lines
from seeds.operator.world.offerings import (
    DATA,
    EMERGENCY,
    HAS_SHARED_ALLOWANCE,
    INDEX,
    INTERNATIONAL,
    NATIONAL,
    PREMIUM,
    VOICE,
    ZERO_RATED,
    Parts,
    Tariff,
)
from seeds.operator.world.parameters import Parameters
from seeds.operator.world.usage import Events

# What a fault changes on one bill, at least: less could vanish in the rounding to cents.
_LEAST = 60_000
_ROLES = {role.code: role for role in CHARGING}


class ChargingPlanter:
    """Works on the rating of the true events, before anything else of it is changed."""

    def __init__(
        self,
        parameters: Parameters,
        tariff: Tariff,
        pots: Pots,
        accounts: Accounts,
        lines: Lines,
        chooser: Chooser,
        events: Events,
        rating: Rating,
        usable: np.ndarray,
    ) -> None:
        self.tariff = tariff
        self.pots = pots
        self.accounts = accounts
        self.lines = lines
        self.chooser = chooser
        self.events = events
        self.rating = rating
        self.random = parameters.random("charging")
        self.started_at = events.started_at[rating.event]
        self.offering = lines.offering_at(rating.line, self.started_at)
        self.zone = events.zone[rating.event]
        self.usable = usable & (chooser.role[rating.line] == 0)

    def plant(self) -> Rating:
        """All roles; returns the changed rating."""
        self._allowances()
        self._free_of_charge()
        self._look_alikes()
        return self.rating

    # ---- U8 ----------------------------------------------------------------------------------------------------

    def _allowances(self) -> None:
        rating = self.rating
        number = self.pots.number(self.offering, rating.usage_type, self.zone)
        drawing = np.flatnonzero(number >= 0)
        parts = self.tariff.parts(
            self.offering[drawing], rating.usage_type[drawing], self.zone[drawing], self.started_at[drawing],
            rating.quantity[drawing],
        )  # fmt: skip
        pots = self.pots.pots(rating.line[drawing], number[drawing], rating.run[drawing])
        order = [rating.event[drawing], rating.rated_at[drawing], self.started_at[drawing]]
        before = self.pots.drawn_before(pots, order, parts.total)
        granted = pots["granted"].to_numpy()

        def units(limit: np.ndarray) -> np.ndarray:
            return np.clip(limit - before, 0, parts.total)

        own = ~self.pots.is_shared(number[drawing])
        used = self._used_in_the_run_before(pots, parts.total)
        self._cover("U8.not_reset", drawing, parts, own & (used > 0), units(np.maximum(granted - used, 0)))
        self._cover("U8.applied_twice", drawing, parts, own, units(2 * granted))
        self._cover("U8.not_applied", drawing, parts, own, np.zeros(len(drawing), dtype=np.int64))

        in_pool = np.zeros(len(self.accounts), dtype=bool)
        in_pool[self.lines.account[HAS_SHARED_ALLOWANCE[self.lines.offering]]] = True
        outside = np.flatnonzero(
            in_pool[self.lines.account[rating.line]]
            & (self.offering == INDEX["BIZ_MOB"])
            & (rating.usage_type == DATA)
            & (self.zone == NATIONAL)
        )
        parts = self.tariff.parts(
            self.offering[outside], rating.usage_type[outside], self.zone[outside], self.started_at[outside],
            rating.quantity[outside],
        )  # fmt: skip
        self._cover("U8.wrong_line", outside, parts, np.ones(len(outside), dtype=bool), parts.total, reserved=True)

    def _used_in_the_run_before(self, pots: pl.DataFrame, units: np.ndarray) -> np.ndarray:
        """Units that the same holder drew in the period before, up to the grant; 0 in the first period."""
        drawn = (
            pots.with_columns(units=units)
            .group_by("number", "holder", "run")
            .agg(pl.min_horizontal(pl.col("units").sum(), pl.col("granted").first()).alias("used"))
            .sort("number", "holder", "run")
            .with_columns(carried=pl.col("used").shift(1).over("number", "holder").fill_null(0))
        )
        keys = ["number", "holder", "run"]
        found = pots.select(keys).join(drawn.select([*keys, "carried"]), on=keys, how="left", maintain_order="left")
        return found["carried"].to_numpy()

    def _cover(
        self,
        code: str,
        rows: np.ndarray,
        parts: Parts,
        eligible: np.ndarray,
        units: np.ndarray,
        reserved: bool = False,
    ) -> None:
        """Lets an allowance cover other units than it should, in one bill of each line that gets the role."""
        rating = self.rating
        steps, amount = charge(self.tariff, parts, units)
        chosen = eligible & self.usable[rows] & (rating.run[rows] >= 0) & (units != rating.allowance[rows])
        place = np.flatnonzero(chosen & (amount != rating.amount[rows]))
        place = place[self._one_bill(code, rows[place], amount[place] - rating.amount[rows[place]], reserved)]
        changed = {"allowance": rating.allowance.copy(), "steps": rating.steps.copy(), "amount": rating.amount.copy()}
        for name, values in (("allowance", units), ("steps", steps), ("amount", amount)):
            changed[name][rows[place]] = values[place]
        self.rating = replace(rating, **changed)

    # ---- U6 ----------------------------------------------------------------------------------------------------

    def _free_of_charge(self) -> None:
        usage_type, zone = self.rating.usage_type, self.zone
        index = self.tariff.rate_index
        late = (self.started_at >= self.tariff.change_at).astype(np.int64)
        period = self.tariff.period(self.started_at)

        def rate_of(offering: np.ndarray | int, other_zone: np.ndarray | int) -> np.ndarray:
            return index[offering, usage_type, other_zone, late, period]

        staff = rate_of(INDEX["MOB_STAFF"], zone)
        mobile = rate_of(self.offering, ZERO_RATED) >= 0
        self._free("U6.free_zone_flag", (usage_type == DATA) & mobile, ZERO_RATED, rate_of(self.offering, ZERO_RATED))
        paid_call = (usage_type == VOICE) & np.isin(zone, [NATIONAL, INTERNATIONAL, PREMIUM])
        self._free("U6.emergency_flag", paid_call, EMERGENCY, rate_of(self.offering, EMERGENCY))
        self._free("U6.staff_rate", mobile & (staff >= 0), None, staff)

    def _free(self, code: str, eligible: np.ndarray, flag: int | None, free_rate: np.ndarray) -> None:
        rating = self.rating
        eligible = eligible & self.usable & (rating.run >= 0) & (rating.amount > 0) & (rating.allowance == 0)
        rows = np.flatnonzero(eligible & (free_rate >= 0) & (self.zone != ZERO_RATED) & (self.zone != EMERGENCY))
        rows = rows[self._one_bill(code, rows, rating.amount[rows])]
        amount, rate, zone = rating.amount.copy(), rating.rate.copy(), rating.zone.copy()
        amount[rows] = 0
        rate[rows] = free_rate[rows]
        if flag is not None:
            zone[rows] = flag
        self.rating = replace(rating, amount=amount, rate=rate, zone=zone)

    # ---- honest ------------------------------------------------------------------------------------------------

    def _look_alikes(self) -> None:
        rating, zone = self.rating, self.zone
        due = self.usable & (rating.run >= 0) & (self.chooser.role[rating.line] == 0)
        shared = HAS_SHARED_ALLOWANCE[self.offering]
        changed = rating.line[
            due & (rating.allowance > 0) & (self.started_at >= self.lines.plan_changed_at[rating.line])
        ]
        self._honest("U8.prorated", np.isin(rating.line, changed))
        self._honest("U8.shared", due & shared & (rating.allowance > 0), reserved=True)
        partly = due & (rating.allowance > 0) & (rating.amount > 0)
        self._honest("U8.used_up", partly)
        covered = due & (rating.allowance > 0) & ~shared
        self._honest("U8.left_over", covered & ~np.isin(rating.line, rating.line[partly]))
        self._honest("U6.allowance_covered", covered & (rating.amount == 0))
        self._honest("U6.emergency_call", due & (zone == EMERGENCY))
        self._honest("U6.staff_offer", due & (self.offering == INDEX["MOB_STAFF"]))
        self._honest("U6.zero_rated_service", due & (zone == ZERO_RATED))
        flat = np.isin(self.offering, [INDEX["MOB_M"], INDEX["MOB_L"], INDEX["FIX_DSL"], INDEX["FIX_FIBRE"]])
        self._honest("U6.flat_price", due & flat & (zone == NATIONAL))

    def _honest(self, code: str, rows: np.ndarray, reserved: bool = False) -> None:
        lines = np.zeros(len(self.lines), dtype=bool)
        lines[self.rating.line[rows]] = True
        self.chooser.choose(_ROLES[code], lines, self.random, reserved=reserved)

    # ---- choosing ----------------------------------------------------------------------------------------------

    def _one_bill(self, code: str, rows: np.ndarray, difference: np.ndarray, reserved: bool = False) -> np.ndarray:
        """Places in ``rows`` of one bill of each line that gets the role, the difference large enough to be seen."""
        rating = self.rating
        free = self.chooser.role[rating.line[rows]] == 0
        frame = pl.DataFrame(
            {"line": rating.line[rows], "run": rating.run[rows], "difference": difference, "free": free}
        ).with_columns(total=pl.col("difference").sum().over("line", "run").abs())
        # The bill is drawn by a number that depends on line and run alone.
        score = (frame["run"].to_numpy() * 7_919 + frame["line"].to_numpy() * 104_729) % 1_000_003
        frame = frame.with_columns(score=np.where((frame["total"].to_numpy() >= _LEAST) & free, score, -1))
        best = (frame["score"] >= 0) & frame.select(pl.col("score") == pl.col("score").max().over("line")).to_series()
        place = np.flatnonzero(best.to_numpy())
        lines = np.zeros(len(self.lines), dtype=bool)
        lines[rating.line[rows[place]]] = True
        chosen = self.chooser.choose(_ROLES[code], lines, self.random, reserved=reserved)
        return place[np.isin(rating.line[rows[place]], chosen)]
