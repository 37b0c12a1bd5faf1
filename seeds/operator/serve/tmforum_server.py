"""The TM Forum servers of one operator: one HTTP process on a port of its own, alive as long as its starter.

As a module (``python -m seeds.operator.serve.tmforum_server``) it reads its settings as one line of JSON from
standard input (secrets never show in a process list), answers with one line ``{"port": …}``, and stops when
standard input ends.
"""

from __future__ import annotations

import dataclasses
import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

from seeds.operator.serve.quirks import Quirks, demo_profiles, parse_profiles

SECONDS_TO_STOP = 10


class TmForumServer:
    """A running server for crm, catalog, orders, inventory and alarms; a context manager.

    ``systems`` holds ``<system>/<entity>.parquet`` (read anew when a file changes). Raises RuntimeError when the
    server can't start.
    """

    def __init__(
        self,
        systems: Path,
        profiles: dict[str, Quirks] | None = None,
        tokens: dict[str, str] | None = None,
        port: int = 0,
    ) -> None:
        profiles = demo_profiles() if profiles is None else profiles
        settings = {
            "systems": str(systems.resolve()),
            "profiles": {system: dataclasses.asdict(profile) for system, profile in profiles.items()},
            "tokens": tokens or {},
            "port": port,
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,
        )
        self._process.stdin.write(json.dumps(settings).encode() + b"\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            self.stop()
            raise RuntimeError("the TM Forum server did not start")
        self.port: int = json.loads(answer)["port"]

    def base_url(self, system: str) -> str:
        return f"http://127.0.0.1:{self.port}/{system}"

    def stop(self) -> None:
        """Stop the process that this object started."""
        if not self._process.stdin.closed:
            self._process.stdin.close()
        try:
            self._process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def __enter__(self) -> TmForumServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def main() -> None:
    """Serve until standard input ends."""
    import uvicorn

    from seeds.operator.serve.tmforum import application

    settings = json.loads(sys.stdin.readline())
    listener = socket.create_server(("127.0.0.1", settings["port"]))
    app = application(Path(settings["systems"]), parse_profiles(settings["profiles"]), settings["tokens"])
    # A broken body is a quirk, not something to log; an exception still reaches standard error.
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False, timeout_graceful_shutdown=2))

    def stop_when_input_ends() -> None:
        sys.stdin.read()
        server.should_exit = True

    threading.Thread(target=stop_when_input_ends, daemon=True).start()
    # Connections wait in the listener's queue until the server accepts them, so the port can be told now.
    print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
    server.run(sockets=[listener])


if __name__ == "__main__":
    main()
