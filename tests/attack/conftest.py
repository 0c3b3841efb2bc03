"""One world for a whole module: it is built once, and what a test changes in it is taken back."""

import logging

import pytest
from django.db import connection, transaction

from .marks import mark
from .world import build


@pytest.fixture(autouse=True)
def quiet():
    """Thousands of refusals are what is wanted here: none is worth a line."""
    logger = logging.getLogger("django.request")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    yield
    logger.setLevel(level)


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        from django.conf import settings

        folder = tmp_path_factory.mktemp("media")
        patch.setattr(settings, "MEDIA_ROOT", str(folder))
        yield folder


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker, media, request):
    """The world of `CODES` of the module, its texts by `TEXT` (the marks of `marks.py` by default)."""
    codes = getattr(request.module, "CODES", ["33.19", "33.74"])
    with django_db_blocker.unblock(), transaction.atomic():
        yield build(codes, getattr(request.module, "TEXT", mark))
        transaction.set_rollback(True)
    with django_db_blocker.unblock():
        connection.close()


@pytest.fixture
def world(built, db):
    for row in (*built.daerah, built):  # what an earlier test changed was taken back in the database only
        for pengguna in row.province.values() if row is built else (row.operator, row.operator_penghuni):
            pengguna.refresh_from_db()
    return built
