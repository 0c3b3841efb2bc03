"""`python -m tests.bench [subject ...]`: every subject, or those named. `BENCH_ROWS`: how many residents are many."""

import importlib
import os
import pkgutil
import sys
import tempfile
import warnings

from . import __path__ as folder

APART = {"__main__", "harness", "settings", "urls", "world"}


def main() -> None:
    found = sorted(module.name for module in pkgutil.iter_modules(folder) if module.name not in APART)
    with tempfile.TemporaryDirectory(prefix="monitoring-bench-") as scratch:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{scratch}/contoh.sqlite3")
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"
        warnings.filterwarnings("ignore", message="No directory at:")
        import django

        django.setup()
        from .harness import show
        from .world import FEW, MANY, World

        subjects = [importlib.import_module(f"{__package__}.{name}") for name in sys.argv[1:] or found]
        print(f"Loading the example, then {FEW} and {MANY} residents ...", flush=True)
        world = World()
        show(line for subject in subjects for line in subject.measure(world))


main()
