"""``concord operator``: make the synthetic operator, and serve it as if it were real."""

from __future__ import annotations

import signal
import sys
import threading
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

DEFAULT_FOLDER = Path("var/demo/operator")
Folder = Annotated[Path, typer.Option("--folder", "-f", help="Where the operator lives.")]


def register(app: typer.Typer) -> None:
    """Add the ``operator`` commands to the command line."""
    operator = typer.Typer(help="The synthetic operator that stands in for real source systems.", no_args_is_help=True)
    operator.command("generate")(generate)
    operator.command("serve")(serve)
    app.add_typer(operator, name="operator")


def generate(
    folder: Folder = DEFAULT_FOLDER,
    customers: Annotated[int, typer.Option(min=1, help="Customers of both companies.")] = 5000,
    months: Annotated[int, typer.Option(min=1, help="Months of usage.")] = 3,
    events: Annotated[int, typer.Option(min=0, help="Usage events, roughly.")] = 1_000_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same operator.")] = 42,
    start: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="First day of the usage.")] = datetime(
        2026, 7, 1
    ),
) -> None:
    """Make one true world and each system's flawed copy of it, with a ledger of what was planted."""
    from seeds.operator.generate import generate as generate_operator

    generate_operator(
        folder, customers=customers, months=months, events=events, seed=seed, start=start.date(), progress=typer.echo
    )
    typer.echo(f"operator in {folder}; next: concord operator serve --folder {folder}")


def serve(
    folder: Folder = DEFAULT_FOLDER,
    lake: Annotated[Path | None, typer.Option(help="The lake named in the settings file.")] = None,
    reports: Annotated[Path | None, typer.Option(help="The reports folder named in the settings file.")] = None,
    http_port: Annotated[int, typer.Option(help="Port of the TM Forum servers; 0 takes a free one.")] = 0,
    postgres_port: Annotated[int, typer.Option(help="Port of the billing database; 0 takes a free one.")] = 0,
) -> None:
    """Serve the operator's systems until Ctrl-C, and say how to reach them from another shell."""
    from seeds.operator.serve.servers import Servers

    stopped = threading.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, lambda *_: stopped.set())
    try:
        servers = Servers(folder, http_port=http_port, postgres_port=postgres_port)
    except FileNotFoundError as error:
        typer.echo(f"error: {error}\nhint: concord operator generate --folder {folder}", err=True)
        raise typer.Exit(1) from error
    with servers:
        settings = servers.write_settings(lake, reports)
        for system, details in servers.sources().items():
            typer.echo(f"{system:<12} {details.get('base_url') or details.get('dsn') or details.get('folder')}")
        exports = {"CONCORD_SETTINGS": str(settings), **servers.environment}
        typer.echo("\nIn another shell:")
        typer.echo("export " + " ".join(f"{name}='{value}'" for name, value in exports.items()))
        typer.echo("\nCtrl-C stops the servers.")
        sys.stdout.flush()
        stopped.wait()
