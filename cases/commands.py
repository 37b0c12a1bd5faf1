"""``concord case …``: what people do with cases, on the command line. What is slow to import is imported late."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from cases.rules import Command
    from cases.store import CaseBook

USER_VARIABLE = "CONCORD_USER"

Cases = Annotated[list[str] | None, typer.Argument(metavar="CASE…", help="Case ids, or beginnings of them.")]
RootCause = Annotated[
    str | None,
    typer.Option("--root-cause", help="All cases of one root cause that are not closed: tariff:POP-12."),
]
Actor = Annotated[str | None, typer.Option("--as", help=f"Who acts; else ${USER_VARIABLE}, else the system's user.")]
Version = Annotated[
    int | None, typer.Option("--version", min=1, help="Only if the case still has this version (see 'case show').")
]
Reason = Annotated[str | None, typer.Option("--reason", "-r", help="Why.")]


class Format(StrEnum):
    """How a list is written."""

    table = "table"
    json = "json"


Output = Annotated[Format, typer.Option("--format", "-f", help="How to write it.")]


def register(app: typer.Typer) -> None:
    """Add this room's commands."""
    case = typer.Typer(help="Cases: who works on which finding, and who signed it.", no_args_is_help=True)
    for name, function in {
        "list": list_cases,
        "show": show,
        "history": history,
        "groups": groups,
        "open": open_case,
        "assign": assign,
        "due": due,
        "comment": comment,
        "confirm": confirm,
        "dismiss": dismiss,
        "recover": recover,
        "close": close,
        "sign-off": sign_off,
        "reject": reject,
        "withdraw": withdraw,
        "reopen": reopen,
        "sync": sync,
    }.items():
        case.command(name)(function)
    app.add_typer(case, name="case")


def list_cases(
    status: Annotated[
        str | None, typer.Option(help="open, confirmed, dismissed, recovering, recovered, closed.")
    ] = None,
    control: Annotated[str | None, typer.Option(help="A control: O1.")] = None,
    owner: Annotated[str | None, typer.Option(help="Whose.")] = None,
    root_cause: Annotated[str | None, typer.Option("--root-cause", help="TYPE:KEY.")] = None,
    pending: Annotated[bool, typer.Option("--pending", help="Only what waits for a sign-off.")] = False,
    attention: Annotated[bool, typer.Option("--attention", help="Only what a build saw changing.")] = False,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what is past its date.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the largest first.")] = 50,
    output_format: Output = Format.table,
) -> None:
    """List cases, the largest exposure first."""
    from cases.output import print_cases, today
    from cases.rules import same_person

    wanted_status = _status(status)
    with _book() as book:
        found = [
            case
            for case in book.cases()
            if (wanted_status is None or case.status is wanted_status)
            and (control is None or case.control_id.casefold() == control.casefold())
            and (owner is None or (case.owner is not None and same_person(case.owner, owner)))
            and (root_cause is None or f"{case.root_cause_type}:{case.root_cause_key}" == root_cause)
            and (not pending or case.pending_step is not None)
            and (not attention or case.attention is not None)
            and (not overdue or (case.due_date is not None and case.due_date < today() and case.status != "closed"))
        ]
    found.sort(key=lambda case: (-case.exposure_amount, case.case_id))
    print_cases(found[:limit], len(found), as_json=output_format is Format.json)


def show(case: Annotated[str, typer.Argument(help="A case.")], output_format: Output = Format.table) -> None:
    """Show one case: its state, its amounts, what waits for a sign-off."""
    from cases.output import print_case

    with _book() as book:
        print_case(book.case(case), as_json=output_format is Format.json)


def history(case: Annotated[str, typer.Argument(help="A case.")], output_format: Output = Format.table) -> None:
    """Show everything that happened to a case: who, when, why."""
    from cases.output import print_history

    with _book() as book:
        print_history(book.history(book.find(case)), as_json=output_format is Format.json)


def groups(output_format: Output = Format.table) -> None:
    """Show root causes: cases that go back to one thing are one task."""
    from cases.groups import root_cause_groups
    from cases.output import print_groups

    with _book() as book:
        print_groups(root_cause_groups(book.cases()), as_json=output_format is Format.json)


def open_case(finding: Annotated[str, typer.Argument(help="The id of a published finding.")]) -> None:
    """Make sure that a published finding has its case (each build does so for all), and show it."""
    from cases.output import print_case
    from cases.sync import sync as follow
    from concord.settings import load_settings

    with _book() as book:
        follow(load_settings(), book)
        print_case(book.case(finding))


def assign(
    owner: Annotated[str, typer.Argument(help="To whom.")],
    cases: Cases = None,
    due_date: Annotated[str | None, typer.Option("--due", help="By when: 2026-10-31.")] = None,
    root_cause: RootCause = None,
    actor: Actor = None,
    version: Version = None,
) -> None:
    """Give cases to somebody, with a date by which they are to be done."""
    from cases import rules

    _do(rules.assign(owner, _date(due_date) if due_date else None), cases, root_cause, actor, version)


def due(
    due_date: Annotated[str, typer.Argument(metavar="DATE", help="2026-10-31.")],
    cases: Cases = None,
    root_cause: RootCause = None,
    actor: Actor = None,
    version: Version = None,
) -> None:
    """Say by when cases are to be done."""
    from cases import rules

    _do(rules.set_due_date(_date(due_date)), cases, root_cause, actor, version)


def comment(
    text: Annotated[str, typer.Argument(help="What there is to say.")],
    cases: Cases = None,
    root_cause: RootCause = None,
    actor: Actor = None,
) -> None:
    """Say something about cases. It collides with nobody's work."""
    from cases import rules

    _do(rules.comment(text), cases, root_cause, actor, None)


def confirm(
    cases: Cases = None,
    amount: Annotated[str | None, typer.Option(help="What leaks; the exposure unless said.")] = None,
    recoverable: Annotated[str | None, typer.Option(help="What can be had back; all of it unless said.")] = None,
    reason: Reason = None,
    root_cause: RootCause = None,
    actor: Actor = None,
    version: Version = None,
) -> None:
    """Propose that the money leaks. A second person signs it off."""
    from cases import rules

    command = rules.confirm(
        reason,
        rules.money(amount, "--amount") if amount is not None else None,
        rules.money(recoverable, "--recoverable") if recoverable is not None else None,
    )
    _do(command, cases, root_cause, actor, version)


def dismiss(
    cases: Cases = None,
    because: Annotated[
        str, typer.Option(help="false_positive, agreed, immaterial, already_handled or not_collectable.")
    ] = "",
    reason: Reason = None,
    root_cause: RootCause = None,
    actor: Actor = None,
    version: Version = None,
) -> None:
    """Propose to let findings go. A second person signs it off."""
    from cases import rules

    _do(rules.dismiss(because, reason or ""), cases, root_cause, actor, version)


def recover(
    cases: Cases = None,
    amount: Annotated[str | None, typer.Option(help="What has come back in all; without it, recovery begins.")] = None,
    final: Annotated[bool, typer.Option("--final", help="No more will come.")] = False,
    reason: Reason = None,
    root_cause: RootCause = None,
    actor: Actor = None,
    version: Version = None,
) -> None:
    """Begin a recovery, or propose what has come back (a second person signs that off)."""
    from cases import rules
    from concord.errors import ConcordError

    if amount is None and final:
        raise ConcordError("--final needs --amount", hint="say what has come back in all; 0 when nothing has")
    if amount is None:
        command = rules.start_recovery(reason)
    else:
        command = rules.recover(rules.money(amount, "--amount"), reason, is_final=final)
    _do(command, cases, root_cause, actor, version)


def close(
    cases: Cases = None,
    prevented: Annotated[str | None, typer.Option(help="What would have leaked on, had nobody mended it.")] = None,
    reason: Reason = None,
    root_cause: RootCause = None,
    actor: Actor = None,
    version: Version = None,
) -> None:
    """Propose that the work is done. A second person signs it off."""
    from cases import rules

    amount = rules.money(prevented, "--prevented") if prevented is not None else None
    _do(rules.close(reason or "", amount), cases, root_cause, actor, version)


def sign_off(
    cases: Cases = None,
    reason: Reason = None,
    root_cause: RootCause = None,
    actor: Actor = None,
    version: Version = None,
) -> None:
    """Sign what somebody else proposed."""
    from cases import rules

    _do(rules.sign_off(reason), cases, root_cause, actor, version, only_pending=True)


def reject(
    cases: Cases = None,
    reason: Reason = None,
    root_cause: RootCause = None,
    actor: Actor = None,
    version: Version = None,
) -> None:
    """Refuse what somebody else proposed."""
    from cases import rules

    _do(rules.reject(reason or ""), cases, root_cause, actor, version, only_pending=True)


def withdraw(
    cases: Cases = None,
    reason: Reason = None,
    root_cause: RootCause = None,
    actor: Actor = None,
    version: Version = None,
) -> None:
    """Take your own proposal back."""
    from cases import rules

    _do(rules.withdraw(reason), cases, root_cause, actor, version, only_pending=True)


def reopen(cases: Cases = None, reason: Reason = None, actor: Actor = None, version: Version = None) -> None:
    """Take up again what was thought to be over."""
    from cases import rules

    _do(rules.reopen(reason or ""), cases, None, actor, version)


def sync() -> None:
    """Bring the cases up to the last publication, as every build does."""
    from cases.sync import sync as follow
    from concord.settings import load_settings

    typer.echo(str(follow(load_settings())))


@contextmanager
def _book() -> Iterator[CaseBook]:
    from cases.store import CaseBook
    from concord.settings import load_settings

    book = CaseBook.open(load_settings())
    try:
        yield book
    finally:
        book.close()


def _do(
    command: Command,
    cases: list[str] | None,
    root_cause: str | None,
    actor: str | None,
    version: int | None,
    *,
    only_pending: bool = False,
) -> None:
    from cases.groups import in_group
    from cases.output import print_done
    from concord.errors import ConcordError

    if bool(cases) == bool(root_cause):
        raise ConcordError("name the cases, or their root cause", hint="concord case … CASE, or --root-cause TYPE:KEY")
    with _book() as book:
        if root_cause:
            if version is not None:
                raise ConcordError("--version is for one case")
            # The versions that the command was decided on are those of now.
            expected = {
                case.case_id: case.version
                for case in in_group(book.cases(), root_cause)
                if case.pending_step or not only_pending
            }
            if not expected:
                raise ConcordError(f"no case to work on goes back to '{root_cause}'", hint="see 'concord case groups'")
        else:
            expected = dict.fromkeys((book.find(case) for case in cases or []), version)
            if version is not None and len(expected) > 1:
                raise ConcordError("--version is for one case")
        print_done(book.do_all(expected, command, actor or default_actor()))


def default_actor() -> str:
    """Who acts when nobody is named: the variable CONCORD_USER, else the system's user."""
    return os.environ.get(USER_VARIABLE) or getpass.getuser()


def _date(text: str):
    from datetime import date

    from concord.errors import ConcordError

    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConcordError(f"'{text}' is no date", hint="write it like 2026-10-31") from None


def _status(text: str | None):
    from cases.state import Status
    from concord.errors import ConcordError

    if text is None:
        return None
    try:
        return Status(text.casefold())
    except ValueError:
        raise ConcordError(f"'{text}' is no status", hint=f"one of {', '.join(Status)}") from None
