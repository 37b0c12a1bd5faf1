"""Runs one server process for as long as whoever asked for it lives.

Started as a script, with the standard library alone: ``guard.py USER|- REMOVE|- command…``. Standard input is a
pipe whose other end the starter holds; when it closes, whether the starter asked for it, crashed or was killed, the
server gets SIGINT (PostgreSQL's fast shutdown), then SIGKILL if it doesn't obey. The folder REMOVE goes with the
server; ``REMOVE.log`` and ``REMOVE.lock`` too, unless the server stopped by itself and someone may want to read why.
The exit code is the server's.
"""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

SECONDS_TO_STOP = 20


def main(arguments: list[str]) -> int:
    """Run the command of ``arguments`` under guard; returns its exit code."""
    user, remove, *command = arguments
    # Ctrl-C at the terminal is the starter's to handle: it closes the pipe when it is done with the server.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    identity = {} if user == "-" else {"user": int(user), "group": int(user), "extra_groups": []}
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, cwd="/", **identity)
    was_asked = threading.Event()
    threading.Thread(target=_stop_when_input_ends, args=(server, was_asked), daemon=True).start()
    code = server.wait()
    if remove != "-":
        shutil.rmtree(remove, ignore_errors=True)
        if was_asked.is_set():
            for ending in (".log", ".lock"):
                Path(remove + ending).unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # other servers live beside it
                Path(remove).parent.rmdir()
    return code


def _stop_when_input_ends(server: subprocess.Popen[bytes], was_asked: threading.Event) -> None:
    while sys.stdin.buffer.read(1024):
        pass
    was_asked.set()
    server.send_signal(signal.SIGINT)
    try:
        server.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        server.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
