"""Runs one server process for as long as whoever asked for it lives.

Started as a script, with the standard library alone: ``guard.py USER|- REMOVE|- command…``. Standard input is a
pipe whose other end the starter holds; when it closes, whether the starter asked for it, crashed or was killed, the
server gets SIGINT (PostgreSQL's fast shutdown), then SIGKILL if it doesn't obey, and the folder REMOVE goes.
The exit code is the server's.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import threading

SECONDS_TO_STOP = 20


def main(arguments: list[str]) -> int:
    """Run the command of ``arguments`` under guard; returns its exit code."""
    user, remove, *command = arguments
    # Ctrl-C at the terminal is the starter's to handle: it closes the pipe when it is done with the server.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    identity = {} if user == "-" else {"user": int(user), "group": int(user), "extra_groups": []}
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, cwd="/", **identity)
    threading.Thread(target=_stop_when_input_ends, args=(server,), daemon=True).start()
    code = server.wait()
    if remove != "-":
        shutil.rmtree(remove, ignore_errors=True)
    return code


def _stop_when_input_ends(server: subprocess.Popen[bytes]) -> None:
    while sys.stdin.buffer.read(1024):
        pass
    server.send_signal(signal.SIGINT)
    try:
        server.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        server.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
