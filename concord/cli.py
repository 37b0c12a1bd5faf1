"""The ``concord`` command: its own few commands, and those that the rooms bring.

A room registers its commands under the entry-point group ``concord.commands``; this module imports none of them by
name. What is slow to import is imported by the command that needs it, so that ``concord --help`` answers at once.
"""

from __future__ import annotations

import os
import sys
import traceback
from enum import StrEnum
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from concord import telemetry
from concord.errors import ConcordError

GROUP = "concord.commands"
DEBUG_VARIABLE = "CONCORD_DEBUG"
# The same name as concord.settings uses, without the import of that module.
SETTINGS_VARIABLE = "CONCORD_SETTINGS"

# Rooms whose commands could not be loaded: room -> why.
_broken_rooms: dict[str, str] = {}


class Format(StrEnum):
    """How ``concord sql`` writes a result."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"


class RoomGroup(TyperGroup):
    """The command group: a command that a broken room should have brought gets told why it is missing."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        command = super().get_command(ctx, cmd_name)
        if command is None and _broken_rooms:
            reasons = "; ".join(f"{room}: {reason}" for room, reason in sorted(_broken_rooms.items()))
            raise ConcordError(
                f"there is no command '{cmd_name}', and these rooms' commands could not be loaded: {reasons}",
                hint="run 'make setup'; 'concord --debug' shows the traceback",
            )
        return command


def build_app() -> typer.Typer:
    """The application with every room's commands; a room that can't be loaded is left out, and remembered."""
    app = typer.Typer(
        cls=RoomGroup,
        name="concord",
        help="One view of customer, service and resource, and of what leaks between the systems that hold them.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
        rich_markup_mode=None,
    )
    app.callback()(_global_options)
    app.command("sql")(sql)
    app.command("expire")(expire)
    _broken_rooms.clear()
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            point.load()(app)
        except Exception as error:
            _broken_rooms[point.name] = f"{type(error).__name__}: {error}"
            if _debugging():
                traceback.print_exc()
    return app


def main() -> None:
    """Entry point of the console script."""
    telemetry.disable()
    if "--debug" in sys.argv[1:]:
        os.environ[DEBUG_VARIABLE] = "1"
    try:
        build_app()()
    except ConcordError as error:
        sys.exit(_explain(str(error), error.hint))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output (a pager, 'head') has left.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except Exception as error:
        sys.exit(_explain(f"unexpected {type(error).__name__}: {error}", "'concord --debug …' shows the traceback"))


def _explain(message: str, hint: str | None) -> int:
    if _debugging():
        traceback.print_exc()
    print(f"error: {' '.join(message.split())}", file=sys.stderr)
    if hint:
        print(f"hint: {hint}", file=sys.stderr)
    return 1


def _debugging() -> bool:
    return bool(os.environ.get(DEBUG_VARIABLE))


def _global_options(
    settings: Annotated[
        Path | None,
        typer.Option("--settings", "-s", help="Settings file; else $CONCORD_SETTINGS, else ./concord.yml."),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    if settings is not None:
        os.environ[SETTINGS_VARIABLE] = str(settings)
    if debug:
        os.environ[DEBUG_VARIABLE] = "1"


def sql(
    query: Annotated[str | None, typer.Argument(help="One statement; without it, an interactive shell.")] = None,
    output_format: Annotated[Format, typer.Option("--format", "-f", help="How to write the result.")] = Format.table,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file.")] = None,
    snapshot: Annotated[int | None, typer.Option("--snapshot", min=1, help="Read an earlier published state.")] = None,
) -> None:
    """Query the published lake, read-only; works while a build runs."""
    from concord.published import connect_reader
    from concord.settings import load_settings
    from concord.sql import query as queries
    from concord.sql.shell import Shell

    connection = connect_reader(load_settings(), snapshot)
    try:
        if query is None and sys.stdin.isatty():
            Shell(connection, output_format.value).run()
            return
        text = query if query is not None else sys.stdin.read()
        statements = queries.reading_statements(text)
        if output is not None and len(statements) != 1:
            raise ConcordError("--output takes the result of exactly one statement")
        for statement in statements:
            queries.run(connection, statement, output_format.value, output)
    finally:
        connection.close()


def expire(
    keep_days: Annotated[int, typer.Option("--keep-days", min=1, help="Keep what was published in these days.")] = 30,
) -> None:
    """Forget old published snapshots and delete the files that only they needed."""
    from datetime import timedelta

    from concord.published import expire as expire_snapshots
    from concord.settings import load_settings

    removed = expire_snapshots(load_settings(), timedelta(days=keep_days))
    typer.echo(f"{removed.snapshots} snapshots and {removed.files} files removed")


if __name__ == "__main__":
    main()
