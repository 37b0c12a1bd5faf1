"""``concord app``: serves the web app. Streamlit is a process of its own, which this one ends with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

MAIN = Path(__file__).resolve().parent / "main.py"
# Our own look, no menu of the framework's, and nothing that calls home.
_OPTIONS = {
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "theme.primaryColor": "#1f4f8f",
    "theme.font": "sans-serif",
    "theme.baseRadius": "8px",
}


def register(app: typer.Typer) -> None:
    """Add this room's command."""
    app.command("app")(serve)


def serve(
    port: Annotated[int | None, typer.Option(help="Port; else app.port of the settings.")] = None,
    address: Annotated[str, typer.Option(help="Address to listen on. Others than this machine's need a proxy.")] = (
        "127.0.0.1"
    ),
) -> None:
    """Open the web app for cases. Ctrl-C stops it."""
    from cases.store import CaseBook
    from concord.errors import ConcordError
    from concord.settings import load_settings

    settings = load_settings()
    # What is wrong with the settings is said here rather than in a browser.
    CaseBook.open(settings).close()
    chosen = port or settings.app.port
    typer.echo(f"http://{address}:{chosen} (Ctrl-C stops it)")
    try:
        code = subprocess.run(command(chosen, address), env={**os.environ, "PYTHONUTF8": "1"}, check=False).returncode
    except KeyboardInterrupt:
        return
    if code not in (0, 130, -2):
        raise ConcordError(f"the app ended with code {code}", hint="its messages stand above; is the port taken?")


def command(port: int, address: str = "127.0.0.1") -> list[str]:
    """The command line that serves the app."""
    options = {"server.port": str(port), "server.address": address, **_OPTIONS}
    return [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(MAIN),
        *(f"--{name}={value}" for name, value in options.items()),
    ]
