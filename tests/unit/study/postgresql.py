"""A real PostgreSQL server of the test's own, from Debian's package."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

__all__ = ["Server", "postgresql_server"]


class Server:
    """A server on loopback with its data in a folder of its own."""

    def __init__(self, folder: Path, binaries: Path, user: str | None) -> None:
        self._folder, self._binaries, self._user = folder, binaries, user
        self._databases = 0
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]

    def create(self) -> None:
        self._run("initdb", "-D", "data", "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync")

    def start(self) -> None:
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -k {self._folder} -F"
        self._run("pg_ctl", "-D", "data", "-l", "log", "-w", "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", "data", "-m", "immediate", "-w", "stop")

    def fresh_database(self) -> str:
        self._databases += 1
        name = f"test{self._databases}"
        self._psql(f"create database {name}")
        return f"postgresql://tester@127.0.0.1:{self._port}/{name}"

    def end_connections(self) -> None:
        self._psql(
            "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() "
            "and backend_type = 'client backend'"
        )

    def _psql(self, command: str) -> None:
        port = str(self._port)
        where = ("-h", "127.0.0.1", "-p", port, "-U", "tester", "-d", "postgres")
        self._run("psql", *where, "-v", "ON_ERROR_STOP=1", "-c", command)

    def _run(self, name: str, *arguments: str) -> None:
        command = [str(self._binaries / name), *arguments]
        # The server refuses to run as root.
        if self._user is not None:
            command = ["setpriv", f"--reuid={self._user}", "--clear-groups", "--", *command]
        subprocess.run(
            command,
            cwd=self._folder,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C"},
        )


@contextlib.contextmanager
def postgresql_server() -> Iterator[Server]:
    """A running server; skips the test where none is installed."""
    if os.name == "nt":
        pytest.skip("needs Debian's postgresql")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    path = shutil.which("initdb")
    binary = found[-1] if found else Path(path) if path else None
    if binary is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    user = None
    if os.geteuid() == 0:
        try:
            user = str(pwd.getpwnam("postgres").pw_uid)
        except KeyError:
            pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
    # Not below pytest's own folder, which only its owner may enter.
    with tempfile.TemporaryDirectory(prefix="triode-postgresql-") as name:
        folder = Path(name)
        if user is not None:
            os.chown(folder, int(user), -1)
        server = Server(folder, binary.parent, user)
        server.create()
        server.start()
        try:
            yield server
        finally:
            server.stop()
