"""What the database itself refuses, whatever program writes."""

import pytest
from django.db import IntegrityError, connection, transaction

from monitoring.enums import StatusIsian
from rusun.models import Blok

from .factories import make_isian, make_periode, make_rusun


@pytest.mark.parametrize("change", ["terhuni = terhuni + 1", "jumlah_unit = 0", "konfigurasi = 'menara'"])
def test_a_raw_update_cannot_break_the_figures_or_lists_of_a_block(kudus, change):
    make_rusun(kudus)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {Blok._meta.db_table} SET {change}")
    assert Blok.objects.values_list("terhuni", "jumlah_unit", "konfigurasi").get() == (80, 96, "twin_block")


@pytest.mark.parametrize("status", StatusIsian.values)
def test_every_state_of_an_isian_is_reached_by_real_moves(kudus, operator, verifikator, koordinator, status):
    make_rusun(kudus)
    assert make_isian(make_periode(koordinator, kudus), operator, verifikator, status).status == status
