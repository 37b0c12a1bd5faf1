"""Builds the operator in memory: the true world, what was planted in it, the true bills and the actual ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from seeds.operator.planting.agreements import Agreements, plant_agreements, priced_plans
from seeds.operator.planting.bills import one_off_charges, skip_usage, skipped_runs, spoil_bill
from seeds.operator.planting.charging import ChargingPlanter
from seeds.operator.planting.discounts import discounts
from seeds.operator.planting.late_usage import plant_late_usage
from seeds.operator.planting.lifecycle import BillingView, Lifecycle, plant_lifecycle, running_addons
from seeds.operator.planting.lone_sims import LoneSims, build_lone_sims, shape_lone_usage
from seeds.operator.planting.orders import Bars, OrderPlanter
from seeds.operator.planting.rating import Rating, join, keep, rate_events
from seeds.operator.planting.recording import Recording, RecordingPlanter, choose_stretches, send_late
from seeds.operator.planting.rejects import RejectPlanter, Rejects
from seeds.operator.planting.roaming import Roaming, RoamingPlanter
from seeds.operator.planting.roles import SEPARATE, Chooser
from seeds.operator.planting.sessions import SessionPlanter, Sessions
from seeds.operator.planting.tariffs import BillingTariff, TariffPlanter
from seeds.operator.planting.usage import UsagePlanter
from seeds.operator.world.allowances import Pots
from seeds.operator.world.bill_runs import BillRuns, build_bill_runs
from seeds.operator.world.billing_engine import Discounts, OneOffs, Plans, Rated, bill
from seeds.operator.world.clock import NEVER
from seeds.operator.world.lines import Accounts, Lines, build_lines
from seeds.operator.world.network import Network, build_network
from seeds.operator.world.offerings import Tariff, build_tariff
from seeds.operator.world.parameters import Parameters
from seeds.operator.world.parties import build_parties
from seeds.operator.world.recording import is_recorded_abroad
from seeds.operator.world.usage import Events, generate_events
from seeds.operator.world.vocabulary import CITIES

_SEPARATE = {role.code: role for role in SEPARATE}


@dataclass(frozen=True)
class Subscriptions:
    """What billing has open: the lines with a subscription, when they start and end."""

    line: np.ndarray
    start: np.ndarray
    end: np.ndarray


@dataclass(frozen=True)
class Operator:
    """Everything about one synthetic operator. Bills are frames of invoice lines as the engine gives them.

    ``configured_rating`` is the rating of the true events with nothing wrong but billing's rate table;
    ``comes_too_late`` marks events that are billed when nobody need pay them any more.
    """

    parameters: Parameters
    runs: BillRuns
    tariff: Tariff
    parties: pl.DataFrame
    accounts: Accounts
    lines: Lines
    network: Network
    lifecycle: Lifecycle
    lone_sims: LoneSims
    addons: np.ndarray
    discounts: pl.DataFrame
    bars: Bars
    agreements: Agreements
    events: Events
    comes_too_late: np.ndarray
    rejects: Rejects
    sessions: Sessions
    rating: Rating
    configured_rating: Rating
    billing_tariff: BillingTariff
    roaming: Roaming
    recording: Recording
    subscriptions: Subscriptions
    plans: pl.DataFrame
    true_bill: pl.DataFrame
    actual_bill: pl.DataFrame

    @property
    def chooser(self) -> Chooser:
        return self.lifecycle.chooser


def build_operator(parameters: Parameters) -> Operator:
    """The whole operator from its parameters; the same parameters always give the same operator."""
    runs = build_bill_runs(parameters)
    tariff = build_tariff(parameters)
    parties = build_parties(parameters)
    accounts, lines = build_lines(parameters, parties)
    lifecycle = plant_lifecycle(parameters, runs, accounts, lines, parameters.customers)
    orders = OrderPlanter(parameters, runs, accounts, lines, lifecycle)
    orders.plant()
    chooser = lifecycle.chooser
    city = parties["city"].replace_strict([row[0] for row in CITIES], list(range(len(CITIES)))).to_numpy()
    network = build_network(parameters, lines, city)
    lone_sims = build_lone_sims(parameters, lines)
    addons = running_addons(parameters, lines, _SEPARATE["O2.product_without_service"])

    often_abroad = parameters.random("often abroad").random(len(lines)) < 0.12
    events = generate_events(parameters, lines, network, int(lone_sims.has_traffic.sum()), often_abroad)
    planter = UsagePlanter(parameters, runs, tariff, accounts, lines, chooser, lifecycle.billing)
    events = planter.add_honest_events(shape_lone_usage(parameters, lone_sims, orders.shape(events)))
    pots = Pots(parameters, runs, accounts, lines)
    kinds = parties["kind"].to_numpy()
    events, too_late = plant_late_usage(parameters, runs, tariff, pots, accounts, lines, kinds, chooser, events)
    stretches = choose_stretches(parameters, runs)
    events = send_late(parameters, stretches, lines, events)
    true_rating = rate_events(tariff, runs, accounts, lines, events, planter.rating_times(events), pots)
    is_due = events.started_at[true_rating.event] >= lines.billed_from[true_rating.line]
    true_rating = keep(true_rating, is_due)
    # Usage of a barred line, of a stranger, or that is billed too late, is another fault's, all of it.
    strangers = orders.strangers(events, true_rating)
    barred = np.isin(true_rating.line, chooser.lines("O8.used_while_barred"))
    priced = planter.accepted(events, true_rating) & ~barred & ~strangers & ~too_late[true_rating.event]
    known = _offering_in_billing(lines, lifecycle.billing, true_rating.line, events.started_at[true_rating.event])
    billing_tariff, true_rating = TariffPlanter(parameters, tariff, events, true_rating, priced, known).plant()
    owed_rating = keep(true_rating, ~strangers)
    usable = priced & ~true_rating.is_misconfigured & (events.partial[true_rating.event] == 0)
    charging = ChargingPlanter(parameters, tariff, pots, accounts, lines, chooser, events, true_rating, usable)
    originals = len(events)
    events, rating = planter.repeat_in_mediation(events, charging.plant())
    rating = planter.misrate(events, rating)
    rating = planter.lose_in_billing(events, rating)
    rating = keep(rating, planter.accepted(events, rating))
    recorded = len(too_late)
    too_late = np.append(too_late, np.zeros(len(events) - len(too_late), dtype=bool))
    owed, charged = one_off_charges(parameters, runs, accounts, lines, chooser)
    skipped = skipped_runs(parameters, runs, accounts, lines, chooser)
    rating = skip_usage(rating, skipped)
    rejects = RejectPlanter(parameters, runs, tariff, pots, accounts, lines, lone_sims, chooser, events, rating).plant()
    sessions = SessionPlanter(
        parameters, runs, tariff, pots, accounts, lines, chooser, events, rating, recorded
    ).plant()
    abroad = is_recorded_abroad(events)
    roamer = RoamingPlanter(parameters, runs, tariff, pots, accounts, lines, chooser, events, rating, originals)
    events, rating, roaming = roamer.plant()
    owed_rating = join(owed_rating, roaming.owed)
    agreements = plant_agreements(parameters, runs, accounts, lines, lifecycle, kinds)
    granted = discounts(parameters, lines, chooser)
    entitled = granted.with_columns(value="true_value", to_at="true_to_at")
    taken_off = granted.with_columns(to_at="billed_to_at")
    recorder = RecordingPlanter(parameters, runs, tariff, pots, accounts, lines, chooser, stretches, events, abroad)
    recording = recorder.plant(originals, true_rating, rating)
    true_subscriptions = _subscriptions(lines.is_provisioned, lines.billed_from, lines.end)
    view = lifecycle.billing
    subscriptions = _subscriptions(~view.is_absent, view.start, view.end)
    changes = np.where(view.keeps_plan, NEVER, lines.plan_changed_at)
    true_changes = lines.plan_changed_at
    return Operator(
        parameters=parameters,
        runs=runs,
        tariff=tariff,
        parties=parties,
        accounts=accounts,
        lines=lines,
        network=network,
        lifecycle=lifecycle,
        lone_sims=lone_sims,
        addons=addons,
        discounts=granted,
        bars=orders.bars,
        agreements=agreements,
        events=events,
        comes_too_late=too_late,
        rejects=rejects,
        sessions=sessions,
        rating=rating,
        configured_rating=true_rating,
        billing_tariff=billing_tariff,
        roaming=roaming,
        recording=recording,
        subscriptions=subscriptions,
        plans=plan_intervals(lines, subscriptions, changes),
        true_bill=_bill(
            parameters,
            runs,
            accounts,
            lines,
            true_subscriptions,
            true_changes,
            agreements.owed,
            entitled,
            owed,
            owed_rating,
        ),
        actual_bill=spoil_bill(
            _bill(
                parameters,
                runs,
                accounts,
                lines,
                subscriptions,
                changes,
                agreements.billed,
                taken_off,
                charged,
                rating,
            ),
            runs,
            chooser,
            skipped,
        ),
    )


def _offering_in_billing(lines: Lines, view: BillingView, line: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The offering under which billing holds each line at each instant."""
    return np.where(view.keeps_plan[line], lines.offering[line], lines.offering_at(line, at))


def plan_intervals(lines: Lines, subscriptions: Subscriptions, changed_at: np.ndarray) -> pl.DataFrame:
    """Plans of the subscriptions: line, offering, from_at, to_at (instants). A line's change splits its interval."""
    line, start, end = subscriptions.line, subscriptions.start, subscriptions.end
    change = changed_at[line]
    splits = (change > start) & (change < end)
    before = pl.DataFrame(
        {"line": line, "offering": lines.offering[line], "from_at": start, "to_at": np.where(splits, change, end)}
    )
    after = pl.DataFrame(
        {"line": line, "offering": lines.new_offering[line], "from_at": np.where(splits, change, 0), "to_at": end}
    ).filter(pl.Series(splits))
    return pl.concat([before, after]).sort("line", "from_at")


def _subscriptions(exists: np.ndarray, start: np.ndarray, end: np.ndarray) -> Subscriptions:
    line = np.flatnonzero(exists)
    return Subscriptions(line, start[line], end[line])


def _bill(
    parameters: Parameters,
    runs: BillRuns,
    accounts: Accounts,
    lines: Lines,
    subscriptions: Subscriptions,
    changed_at: np.ndarray,
    prices: pl.DataFrame,
    granted: pl.DataFrame,
    one_offs: OneOffs,
    rating: Rating,
) -> pl.DataFrame:
    """Runs the engine over one set of inputs; ``discount`` of the lines is a place in ``granted``; ``prices`` hold in
    place of list prices."""
    plans = priced_plans(plan_intervals(lines, subscriptions, changed_at), prices)
    day = parameters.clock.local_day
    line = plans["line"].to_numpy()
    has_subscription = np.zeros(len(lines), dtype=bool)
    has_subscription[subscriptions.line] = True
    granted = granted.with_row_index("number").filter(pl.Series(has_subscription[granted["line"].to_numpy()]))
    charged = has_subscription[one_offs.line]
    rows = np.flatnonzero(rating.is_charged)
    lines_of_all_runs = bill(
        runs,
        Plans(
            line=line,
            cycle=accounts.cycle[lines.account[line]],
            offering=plans["offering"].to_numpy(),
            monthly=plans["monthly"].to_numpy(),
            from_day=day(plans["from_at"].to_numpy()),
            to_day=day(plans["to_at"].to_numpy()),
        ),
        Discounts(
            line=granted["line"].to_numpy(),
            is_percentage=granted["is_percentage"].to_numpy(),
            value=granted["value"].to_numpy(),
            cap=granted["cap"].to_numpy(),
            from_day=day(granted["from_at"].to_numpy()),
            to_day=day(granted["to_at"].to_numpy()),
        ),
        OneOffs(one_offs.line[charged], one_offs.offering[charged], one_offs.run[charged], one_offs.amount[charged]),
        Rated(
            line=rating.line[rows],
            run=rating.run[rows],
            usage_type=rating.usage_type[rows],
            quantity=rating.quantity[rows],
            amount=rating.amount[rows],
        ),
    )
    # Discounts by their place among all that were granted.
    numbers = np.append(granted["number"].to_numpy().astype(np.int64), -1)
    return lines_of_all_runs.with_columns(discount=pl.Series(numbers[lines_of_all_runs["discount"].to_numpy()]))
