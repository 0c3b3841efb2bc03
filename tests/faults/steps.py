"""Where a process may be killed: before each write, around each commit, around what is done to files, before an answer.

Nothing in the product knows of this. Between two of these steps nothing lasting happens, so killing at each of them is
killing everywhere. `watch(k)` kills at step k; `watch(0)` only counts.
"""

import builtins
import contextlib
import io
import os
import signal
import subprocess


class Steps:
    def __init__(self, fatal=0):
        self.fatal, self.passed, self.names = fatal, 0, []

    def step(self, name):
        self.passed += 1
        self.names.append(name)
        if self.passed == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def __call__(self, execute, sql, params, many, context):
        """Wraps every statement; only those that write are steps."""
        if str(sql).lstrip().split(None, 1)[0].upper() in ("INSERT", "UPDATE", "DELETE"):
            self.step(f"before {str(sql)[:60]}")
        return execute(sql, params, many, context)

    def around(self, name, function):
        def stepped(*args, **kwargs):
            self.step(f"before {name}")
            result = function(*args, **kwargs)
            self.step(f"after {name}")
            return result

        return stepped

    def opening(self, function):
        def opened(file, mode="r", *args, **kwargs):
            if "w" in mode or "x" in mode:
                self.step("before a file is written")
            return function(file, mode, *args, **kwargs)

        return opened


@contextlib.contextmanager
def watch(fatal=0):
    """Count the steps of this process in the block, and end it at one of them."""
    from django.db import connection
    from django.db.backends.base.base import BaseDatabaseWrapper

    steps = Steps(fatal)
    kept = {name: getattr(os, name) for name in ("rename", "replace", "fsync", "unlink")}
    opened, popen, commit = io.open, subprocess.Popen, BaseDatabaseWrapper._commit
    for name, function in kept.items():
        setattr(os, name, steps.around(name, function))
    io.open = builtins.open = steps.opening(opened)
    subprocess.Popen = steps.around("a process is started", popen)
    BaseDatabaseWrapper._commit = steps.around("commit", commit)
    try:
        with connection.execute_wrapper(steps):
            yield steps
    finally:
        for name, function in kept.items():
            setattr(os, name, function)
        io.open = builtins.open = opened
        subprocess.Popen = popen
        BaseDatabaseWrapper._commit = commit


FATAL = "X-Uji-Langkah"


class FatalStep:
    """Middleware of the served site: a request that names a step has the worker killed there, -9, as it answers."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        fatal = request.headers.get(FATAL)
        if fatal is None:
            return self.get_response(request)
        with watch(int(fatal)) as steps:
            response = self.get_response(request)
            steps.step("before the answer")
        return response
