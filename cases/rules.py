"""What people may do with a case: a command and the case as it is give an event, or a refusal that says why.

Maker and checker: confirming an amount, dismissing, booking a recovery and closing are proposed by one person and count
once another one has signed them. Looking harder needs no second person: starting a recovery, reopening.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from cases.state import SYSTEM, Case, EventType, Status, Step
from concord.errors import ConcordError

# Why finance lets a finding go: code -> meaning.
DISMISSALS = {
    "false_positive": "the finding is wrong: nothing leaks here",
    "agreed": "the customer and the operator have agreed on it",
    "immaterial": "too small to be worth the work",
    "already_handled": "another process has taken care of it",
    "not_collectable": "true, but it can't be claimed any more",
}
_CENT = Decimal("0.01")
_LARGEST = Decimal("9999999999999999.99")
_MAX_TEXT = 4_000
_MAX_NAME = 200


@dataclass(frozen=True)
class Decision:
    """An event to be: what a command comes to for one case."""

    event_type: EventType
    reason: str | None = None
    details: dict[str, Any] = field(default_factory=dict)


# What a command is to the store: the case as it is now, and who acts, to what is to be recorded. Raises ConcordError.
Command = Callable[[Case, str], Decision]


def person(name: str | None) -> str:
    """A name that may stand under a decision. Raises ConcordError for none, and for the name that builds use."""
    cleaned = " ".join((name or "").split())
    if not cleaned or not cleaned.isprintable() or len(cleaned) > _MAX_NAME:
        raise ConcordError("nobody is named as acting", hint="say who: --as NAME, or the variable CONCORD_USER")
    if same_person(cleaned, SYSTEM):
        raise ConcordError(f"'{SYSTEM}' stands for the builds themselves and decides nothing", hint="use your own name")
    return cleaned


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's: case and spaces make no second person."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def money(value: Decimal | str | int, name: str = "amount") -> Decimal:
    """An exact amount in whole cents, not negative. Raises ConcordError; a binary float is a programming error."""
    if isinstance(value, float):
        raise TypeError("money is never a float")
    try:
        amount = Decimal(str(value).strip())
        exact = amount.quantize(_CENT)
    except InvalidOperation:
        raise ConcordError(f"{name}: '{value}' is no amount", hint="write it like 1234.50") from None
    if not amount.is_finite() or exact != amount:
        raise ConcordError(f"{name}: '{value}' has parts of a cent", hint="write it like 1234.50")
    if not 0 <= exact <= _LARGEST:
        raise ConcordError(
            f"{name}: '{value}' is out of range", hint="amounts are not negative: direction says which way"
        )
    return exact


def assign(owner: str, due_date: date | None = None) -> Command:
    """Give a case to somebody, and a date by which it is to be done."""
    owner = person(owner)

    def decide(case: Case, actor: str) -> Decision:
        _not_over(case, "assigned")
        return Decision(
            EventType.assigned, details={"owner": owner, "due_date": due_date.isoformat() if due_date else None}
        )

    return decide


def set_due_date(due_date: date) -> Command:
    """Say by when a case is to be done."""

    def decide(case: Case, actor: str) -> Decision:
        _not_over(case, "given a date")
        return Decision(EventType.due_date_set, details={"due_date": due_date.isoformat()})

    return decide


def comment(text: str) -> Command:
    """Say something about a case, whatever its status."""
    text = _required(text, "a comment")
    return lambda case, actor: Decision(EventType.commented, text)


def confirm(reason: str | None, confirmed: Decimal | None = None, recoverable: Decimal | None = None) -> Command:
    """Propose that this money leaks: how much of it (the exposure unless said), and how much can be had back."""

    def decide(case: Case, actor: str) -> Decision:
        _may(case, Step.confirm, {Status.open, Status.confirmed})
        amount = case.exposure_amount if confirmed is None else money(confirmed, "confirmed")
        back = amount if recoverable is None else money(recoverable, "recoverable")
        if amount == 0:
            raise ConcordError("nothing is confirmed with an amount of 0", hint="dismiss the case instead")
        if back > amount:
            raise ConcordError(f"recoverable {back} is more than the confirmed {amount}")
        why = _optional(reason)
        if amount != case.exposure_amount and why is None:
            raise ConcordError(
                f"{amount} is confirmed, {case.exposure_amount} was found: say why", hint="give a reason"
            )
        details = {"confirmed_amount": str(amount), "recoverable_amount": str(back), "status": Status.confirmed.value}
        return _proposal(Step.confirm, why, details)

    return decide


def dismiss(dismissal: str, reason: str) -> Command:
    """Propose to let a finding go, for one of the reasons in DISMISSALS and in words."""
    if dismissal not in DISMISSALS:
        raise ConcordError(f"'{dismissal}' is no reason to dismiss", hint=f"one of {', '.join(DISMISSALS)}")
    reason = _required(reason, "a reason in words")

    def decide(case: Case, actor: str) -> Decision:
        _may(case, Step.dismiss, {Status.open, Status.confirmed})
        return _proposal(Step.dismiss, reason, {"dismissal": dismissal, "status": Status.dismissed.value})

    return decide


def start_recovery(reason: str | None = None) -> Command:
    """Begin to get the confirmed money back (or to give it back)."""

    def decide(case: Case, actor: str) -> Decision:
        _may(case, Step.recover, {Status.confirmed})
        return Decision(EventType.recovery_started, _optional(reason))

    return decide


def recover(recovered: Decimal, reason: str | None = None, *, is_final: bool = False) -> Command:
    """Propose that so much in all has come back: recovered once it is all that can be had, or is said to be final."""

    def decide(case: Case, actor: str) -> Decision:
        _may(case, Step.recover, {Status.confirmed, Status.recovering})
        amount = money(recovered, "recovered")
        limit = case.recoverable_amount
        if limit is not None and amount > limit:
            raise ConcordError(f"recovered {amount} is more than the recoverable {limit}")
        if case.recovered_amount is not None and amount < case.recovered_amount and _optional(reason) is None:
            raise ConcordError(f"recovered goes back from {case.recovered_amount} to {amount}: say why")
        done = is_final or amount == limit
        status = Status.recovered if done else Status.recovering
        return _proposal(Step.recover, _optional(reason), {"recovered_amount": str(amount), "status": status.value})

    return decide


def close(reason: str, prevented: Decimal | None = None) -> Command:
    """Propose that the work is done; prevented is what would have leaked on, had nobody mended the cause."""
    reason = _required(reason, "a reason")

    def decide(case: Case, actor: str) -> Decision:
        _may(case, Step.close, {Status.open, Status.confirmed, Status.recovering, Status.recovered, Status.dismissed})
        if case.status is Status.open and case.finding_status == "open":
            raise ConcordError(
                "an open case whose finding is still there can't be closed", hint="confirm or dismiss it first"
            )
        details: dict[str, Any] = {"status": Status.closed.value, "dismissal": case.dismissal}
        if prevented is not None:
            details["prevented_amount"] = str(money(prevented, "prevented"))
        return _proposal(Step.close, reason, details)

    return decide


def sign_off(reason: str | None = None) -> Command:
    """Sign what somebody else proposed."""

    def decide(case: Case, actor: str) -> Decision:
        step = _pending(case)
        if same_person(actor, case.pending_by or ""):
            raise ConcordError(
                f"{actor} proposed to {step.value} this case and can't sign it as well",
                hint="a second person signs it off",
            )
        details = {**(case.pending_details or {}), "step": step.value, "proposed_by": case.pending_by}
        return Decision(EventType.signed_off, _optional(reason), details)

    return decide


def reject(reason: str) -> Command:
    """Refuse what somebody else proposed; the case stays as it is."""
    reason = _required(reason, "a reason")

    def decide(case: Case, actor: str) -> Decision:
        step = _pending(case)
        if same_person(actor, case.pending_by or ""):
            raise ConcordError("your own proposal is withdrawn, not rejected", hint="withdraw it")
        return Decision(EventType.rejected, reason, {"step": step.value, "proposed_by": case.pending_by})

    return decide


def withdraw(reason: str | None = None) -> Command:
    """Take one's own proposal back."""

    def decide(case: Case, actor: str) -> Decision:
        step = _pending(case)
        if not same_person(actor, case.pending_by or ""):
            raise ConcordError(f"{case.pending_by} proposed it, and only {case.pending_by} can withdraw it")
        return Decision(EventType.withdrawn, _optional(reason), {"step": step.value})

    return decide


def reopen(reason: str) -> Command:
    """Take up again what was thought to be over."""
    reason = _required(reason, "a reason")

    def decide(case: Case, actor: str) -> Decision:
        if case.status is Status.open:
            raise ConcordError("the case is open already")
        if case.pending_step:
            _refuse_pending(case)
        return Decision(EventType.reopened, reason)

    return decide


def _proposal(step: Step, reason: str | None, details: dict[str, Any]) -> Decision:
    return Decision(EventType.proposed, reason, {"step": step.value, **details})


def _may(case: Case, step: Step, statuses: set[Status]) -> None:
    if case.pending_step:
        _refuse_pending(case)
    if case.status not in statuses:
        allowed = ", ".join(status.value for status in Status if status in statuses)
        raise ConcordError(f"a case that is {case.status.value} can't {step.value}", hint=f"it must be {allowed}")


def _refuse_pending(case: Case) -> None:
    step = _pending(case)
    raise ConcordError(
        f"'{step.value}', proposed by {case.pending_by}, waits for its sign-off",
        hint="sign it off, reject it or withdraw it first",
    )


def _pending(case: Case) -> Step:
    if case.pending_step is None:
        raise ConcordError("nothing waits for a sign-off")
    return case.pending_step


def _not_over(case: Case, what: str) -> None:
    if case.status is Status.closed:
        raise ConcordError(f"a closed case can't be {what}", hint="reopen it first")


def _required(text: str | None, what: str) -> str:
    given = _optional(text)
    if given is None:
        raise ConcordError(f"{what} is needed")
    return given


def _optional(text: str | None) -> str | None:
    cleaned = (text or "").strip()
    if len(cleaned) > _MAX_TEXT:
        raise ConcordError(f"the text is longer than {_MAX_TEXT} characters")
    return cleaned or None
