"""Which post signs which paper, and the check of the setting that says so."""

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.utils import timezone

from core.models import Pejabat
from monitoring.desk.berita_acara import signers
from monitoring.enums import JenisNaskah
from monitoring.penandatangan import signature_of


@pytest.fixture
def pejabat(db):
    return {
        tugas: Pejabat.objects.create(
            nama=f"Nama {tugas}", jabatan=f"Jabatan {tugas}", pangkat="Pembina", nip="197001011990031001", tugas=tugas,
            berlaku_mulai=timezone.localdate(),
        )
        for tugas in ("kepala", "sekretaris", "kabid", "ketua_tim")
    }  # fmt: skip


def test_without_the_setting_the_head_signs_all_but_the_berita_acara(pejabat, kudus, settings):
    assert settings.PENANDATANGAN == {}
    today = timezone.localdate()
    names = {naskah.value: signature_of(naskah, today)["nama"] for naskah in JenisNaskah}
    acara = {"berita_acara": "Nama ketua_tim", "berita_acara_mengetahui": "Nama kabid"}
    assert names == {naskah.value: "Nama kepala" for naskah in JenisNaskah} | acara
    assert [row["nama"] for row in signers(kudus, today).values()] == ["Nama ketua_tim", "", "Nama kabid"]


def test_the_office_chooses_per_kind_of_paper(pejabat, kudus, settings):
    settings.PENANDATANGAN = {"surat_undangan": "sekretaris", "berita_acara": "kabid"}
    today = timezone.localdate()
    assert signature_of(JenisNaskah.SURAT_UNDANGAN, today) == {
        "jabatan": "Jabatan sekretaris", "nama": "Nama sekretaris", "pangkat": "Pembina", "nip": "197001011990031001",
    }  # fmt: skip
    assert signature_of(JenisNaskah.SURAT_PERMINTAAN, today)["nama"] == "Nama kepala"
    assert signers(kudus, today)["provinsi"]["nama"] == "Nama kabid"


def test_while_nobody_holds_the_post_there_is_room_for_a_name(db, settings):
    settings.PENANDATANGAN = {"ringkasan": "sekretaris"}
    signature = signature_of(JenisNaskah.RINGKASAN, timezone.localdate())
    assert signature == {"jabatan": "Sekretaris Dinas", "nama": "", "pangkat": "", "nip": ""}


@pytest.mark.parametrize(
    ("value", "message"),
    [({"surat_undngan": "kepala"}, "naskah «surat_undngan»"), ({"ringkasan": "gubernur"}, "jabatan «gubernur»"),
     ({"ringkasan": ""}, "jabatan «»")],
)  # fmt: skip
def test_a_kind_or_a_post_that_does_not_exist_is_found_by_the_check(settings, value, message):
    settings.PENANDATANGAN = value
    with pytest.raises(SystemCheckError, match=message):
        call_command("check")
