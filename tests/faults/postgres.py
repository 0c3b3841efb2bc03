"""A PostgreSQL of one's own, to be stopped, filled and started again."""

import os
import shutil
import socket
import subprocess
from pathlib import Path


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Server:
    user = "postgres"

    def __init__(self, folder):
        self.folder, self.port = Path(folder), free_port()
        newest = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        self.bin = newest[-1] if newest else Path(shutil.which("initdb")).parent
        self.account = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self.account:
            shutil.chown(self.folder, "postgres", "postgres")
        self.run("initdb", "-D", self.data, "-A", "trust", "-U", self.user, "--locale=C.UTF-8", "-E", "UTF8",
                 "--no-sync", "--wal-segsize=1")  # fmt: skip
        self.start()

    @property
    def data(self):
        return self.folder / "data"

    def run(self, program, *words):
        done = subprocess.run([*self.account, str(self.bin / program), *map(str, words)], cwd="/", check=False,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self):
        options = (f"-h 127.0.0.1 -p {self.port} -k {self.folder} -c fsync=off -c full_page_writes=off "
                   "-c min_wal_size=2MB -c max_wal_size=8MB -c shared_buffers=16MB")  # fmt: skip
        # Its words go to a file: whoever waits for the end of its output would wait for the server itself.
        with open(os.devnull, "w") as nowhere:
            subprocess.run([*self.account, str(self.bin / "pg_ctl"), "-D", str(self.data), "-l", "/dev/null", "-w",
                            "-o", options, "start"], cwd="/", check=True, stdin=subprocess.DEVNULL, stdout=nowhere,
                           stderr=nowhere, timeout=60)  # fmt: skip

    def stop(self, mode="immediate"):
        self.run("pg_ctl", "-D", self.data, "-m", mode, "-w", "stop")

    def runs(self):
        done = subprocess.run([*self.account, str(self.bin / "pg_ctl"), "-D", str(self.data), "status"], cwd="/",
                              check=False, capture_output=True)  # fmt: skip
        return done.returncode == 0
