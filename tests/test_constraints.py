"""Dates and states that no program may store, written past every form: straight into the tables."""

import pytest
from django.db import IntegrityError, connection, transaction

from monitoring.models import Isian, PeriodeMonitoring
from rusun.models import Rusun, SebabKosong

from .factories import make_periode, make_rusun


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (PeriodeMonitoring, "batas_waktu = '2000-01-01'"),
        (PeriodeMonitoring, "hari_terakhir = '2000-01-01'"),
        (PeriodeMonitoring, "status = 'lupa'"),
        (Isian, "status = 'lupa'"),
        (Isian, "status = 'terverifikasi'"),
        (Rusun, "jenis = 'hotel'"),
        (Rusun, "status_lahan = 'sengketa'"),
        (SebabKosong, "sebab = 'lupa'"),
    ],
)
def test_a_raw_update_cannot_break_dates_states_or_lists(kudus, koordinator, model, change):
    make_rusun(kudus)
    make_periode(koordinator, kudus)
    before = list(model.objects.values())
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {model._meta.db_table} SET {change}")
    assert list(model.objects.values()) == before
