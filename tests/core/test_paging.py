"""A page found by its keys is the page that Django's paginator gives."""

import pytest
from django.core.paginator import Paginator
from django.utils import timezone

from core.models import JejakAkses
from core.paging import KeyPaginator

pytestmark = pytest.mark.django_db


@pytest.fixture
def trail(verifikator):
    for place in range(7):
        JejakAkses.objects.create(
            waktu=timezone.now(), pengguna=verifikator, tindakan="lihat", objek="penghuni", objek_id=f"{place % 2}"
        )
    return JejakAkses.objects.select_related("pengguna").order_by("objek_id", "-id")


@pytest.mark.parametrize("number", [None, "1", "2", "3", "9", "x"])
def test_same_rows_in_the_same_order(trail, number):
    ours, theirs = (kind(trail, 3).get_page(number) for kind in (KeyPaginator, Paginator))
    assert list(ours.object_list) == list(theirs.object_list)
    assert (ours.number, ours.paginator.count, ours.end_index()) == (theirs.number, 7, theirs.end_index())


def test_an_empty_list_has_one_empty_page(trail):
    assert list(KeyPaginator(trail.filter(objek="x"), 3).get_page("2").object_list) == []


def test_the_rows_of_a_page_cost_one_query(trail, django_assert_num_queries):
    page = KeyPaginator(trail, 3).get_page("2")
    with django_assert_num_queries(1):
        assert [row.pengguna.nama for row in page.object_list] == ["Dewi Anggraini"] * 3
