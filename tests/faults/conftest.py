import shutil
import tempfile
from pathlib import Path

import pytest

from .world import Forks, World


@pytest.fixture(scope="session")
def world(django_db_setup, django_db_blocker):
    """One site for all faults: whatever one of them leaves behind, the others still meet."""
    # Not below pytest's own folder, which the account of the database server may not enter.
    folder = Path(tempfile.mkdtemp(prefix="monitoring-gangguan-"))
    folder.chmod(0o755)
    made = World(folder)
    try:
        with django_db_blocker.unblock():
            made.furnish()
        yield made
    finally:
        made.remove()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def forks(world):
    made = Forks(world)
    yield made
    made.close()


@pytest.fixture(scope="session")
def served(world):
    world.serve()
    return world
