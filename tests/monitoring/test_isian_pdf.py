"""The paper of an isian: a preview marked as a draft, then what was sent, with findings, reasons and the legend."""

import pytest
from django.urls import reverse

from monitoring.enums import StatusIsian
from rusun.models import Rusun
from tests.factories import make_isian, make_periode, make_rusun
from tests.papers import squeezed, words


@pytest.fixture
def lokasi(kudus, operator):
    return make_rusun(kudus, oleh=operator)


def paper(client, kudus):
    response = client.get(reverse("monitoring:isian_pdf", args=["desk-uji", kudus.pk]))
    assert response["Content-Disposition"] == 'attachment; filename="isian-desk-uji-3319.pdf"'
    return words(response.content)


def test_before_sending_it_is_a_draft_with_its_findings(kudus, lokasi, operator, koordinator, masuk_sebagai):
    make_isian(make_periode(koordinator, kudus), operator)
    Rusun.objects.filter(pk=lokasi.pk).update(daftar_tunggu=None)
    text = paper(masuk_sebagai(operator), kudus)
    assert squeezed("KONSEP, belum dikirim ke provinsi") in text
    for piece in ("Rusunawa Kabupaten Kudus", "96", "Daftar tunggu belum diisi.", "Isian wajib harus terisi."):
        assert squeezed(piece) in text


def test_after_sending_it_is_the_kiriman(kudus, lokasi, operator, verifikator, koordinator, masuk_sebagai):
    isian = make_isian(make_periode(koordinator, kudus), operator, status=StatusIsian.TERKIRIM)
    text = paper(masuk_sebagai(verifikator), kudus)
    assert "KONSEP" not in text
    assert f"Sidik{isian.kiriman.get().sha256[:16]}" in text


def test_the_province_gets_no_paper_before_it_is_sent(kudus, lokasi, operator, verifikator, koordinator, masuk_sebagai):
    make_isian(make_periode(koordinator, kudus), operator)
    url = reverse("monitoring:isian_pdf", args=["desk-uji", kudus.pk])
    assert masuk_sebagai(verifikator).get(url).status_code == 404
