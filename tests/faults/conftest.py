import pytest

from .world import Forks, World


@pytest.fixture(scope="session")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    """One site for all faults: whatever one of them leaves behind, the others still meet."""
    with django_db_blocker.unblock():
        made = World(tmp_path_factory.mktemp("gangguan"))
    try:
        yield made
    finally:
        made.remove()


@pytest.fixture(scope="session")
def forks(world):
    made = Forks(world)
    yield made
    made.close()


@pytest.fixture(scope="session")
def served(world):
    world.serve()
    return world
