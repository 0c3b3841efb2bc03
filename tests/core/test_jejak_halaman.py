"""The page of all trails: what it finds, never shows, how it is paged, and that taking it along leaves a line."""

import datetime

import pytest
from django.utils import timezone

from core.files import held, lock_place
from core.history import note
from core.jejak import find, page_of
from core.models import JejakAkses
from core.models.trail import PemeriksaanRantai
from core.rantai import CHECK_LOCK
from monitoring.models import RiwayatPeriode
from penghuni.models import Penghuni
from tests.factories import make_periode

JEJAK = "/jejak/"


def look(pengguna, objek_id="1", tindakan="lihat", lalu=0, **more):
    return JejakAkses.objects.create(
        waktu=timezone.now() - datetime.timedelta(days=lalu), pengguna=pengguna, tindakan=tindakan, objek="penghuni",
        objek_id=objek_id, **more,
    )  # fmt: skip


@pytest.fixture
def as_admin(masuk_sebagai, admin):
    return masuk_sebagai(admin)


@pytest.fixture
def shown(as_admin):
    return lambda **query: as_admin.get(JEJAK, query).context["baris"]


@pytest.fixture
def isi(operator, verifikator, koordinator, kudus):
    """Something of each kind, of several people."""
    look(operator, kolom="nik", tindakan="lihat_lengkap", alasan="mencocokkan berkas")
    look(verifikator, "2", "ekspor", lalu=40, alasan="program rumah", jumlah=3, kolom="data pribadi")
    operator.nama = "Sri Rahayu"
    operator.save()
    return make_periode(koordinator, kudus)


def test_history_moves_and_access_stand_together_newest_first(isi, shown):
    lines = shown()
    assert {line.macam for line in lines} == {"Perubahan data", "Langkah kerja", "Akses data pribadi"}
    assert [line.waktu for line in lines] == sorted((line.waktu for line in lines), reverse=True)


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({"macam": "akses", "objek": "1"}, {"Melihat NIK/No KK/telepon lengkap"}),
        ({"macam": "ekspor"}, {"Mengekspor"}),
        ({"kolom": "NIK"}, {"Melihat NIK/No KK/telepon lengkap"}),
        ({"kolom": "nama", "objek": "OPERATOR"}, {"Pengguna Sri Rahayu diubah", "Pengguna Sri Lestari dicatat"}),
        ({"macam": "akses", "sampai": "KEMARIN"}, {"Mengekspor"}),
        ({"macam": "gerak", "jenis": "monitoring.periodemonitoring"}, {"Desk uji: Buka periode"}),
        ({"macam": "gerak", "objek": "tidak ada"}, set()),
        ({"jenis": "penghuni.penghuni"}, {"Mengekspor", "Melihat NIK/No KK/telepon lengkap"}),
        ({"kolom": "kata yang tidak ada"}, set()),
        ({"kolom": "data pribadi"}, {"Mengekspor"}),
    ],
)  # fmt: skip
def test_lines_are_found_by_kind_object_field_and_day(isi, shown, operator, query, titles):
    words = {"OPERATOR": operator.pk, "KEMARIN": (timezone.localdate() - datetime.timedelta(days=1)).isoformat()}
    lines = shown(**{name: words.get(value, value) for name, value in query.items()})
    assert {line.judul for line in lines} == titles


def test_lines_of_one_person(isi, shown, verifikator):
    assert {line.akun for line in shown(pengguna=verifikator.pk)} == {verifikator.username}


def test_who_saw_one_household_and_whom_one_account_saw_are_one_query_each(isi, operator, django_assert_num_queries):
    today = timezone.localdate()
    for wanted in (
        {"macam": "akses", "jenis": "penghuni.penghuni", "objek": "1"},
        {"macam": "akses", "pengguna": operator, "dari": today, "sampai": today},
    ):
        with django_assert_num_queries(1):
            lines, _ = page_of(wanted, 50, "")
        assert [(line.akun, line.kunci, line.alasan) for line in lines] == [
            (operator.username, "1", "mencocokkan berkas")
        ]


@pytest.mark.parametrize("number", ["3319014107900001", "081234567890", "3374 0101 0190 0001", "nik 0812-3456-7890"])
@pytest.mark.parametrize("name", ["objek", "kolom"])
def test_a_number_of_a_person_is_not_searched_for(as_admin, name, number):
    page = as_admin.get(JEJAK, {name: number})
    assert name in page.context["saringan"].errors
    assert find(page.context["saringan"].understood())


def test_the_key_of_an_object_is_searched_for_whatever_its_figures(as_admin):
    page = as_admin.get(JEJAK, {"objek": "12345678-1234-4123-8123-123456789012"})
    assert page.context["saringan"].errors == {}


def test_residents_stay_without_name_and_values(as_admin, kudus, operator):
    row = Penghuni.objects.create(
        kabupaten_kota=kudus, nama="Sutarmi Wijaya", nik="3319014107900001", daerah_asal="Jepara",
        diubah=timezone.now(),
    )  # fmt: skip
    row.nama, row.daerah_asal = "Sutarmi Widodo", "Pati"
    row.save()
    note(row, "Diperiksa", operator, "karena Sutarmi meminta")
    for address in (JEJAK, "/jejak/ekspor/?format=csv"):
        answer = as_admin.get(address)
        text = (answer.getvalue() if answer.streaming else answer.content).decode()
        assert [word for word in ("Sutarmi", "Jepara", "Pati", "331901") if word in text] == []
        assert str(row.pk) in text
    line = next(line for line in as_admin.get(JEJAK).context["baris"] if line.rincian)
    assert line.rincian == "Bagian: nama kepala keluarga, kabupaten/kota asal"


def test_pages_follow_each_other_over_equal_times_and_back(operator, kudus, koordinator):
    saat = timezone.now()
    for number in range(7):
        JejakAkses.objects.create(waktu=saat, pengguna=operator, tindakan="lihat", objek="penghuni", objek_id=number)
    make_periode(koordinator, kudus)
    RiwayatPeriode.objects.update(waktu=saat)
    whole, _ = page_of({}, 100, "")
    forth, back, address = [], [], ""
    while True:
        lines, page = page_of({}, 3, address)
        forth += lines
        if not page.lebih_lama:
            break
        address = page.lebih_lama
    assert forth == whole
    while page.lebih_baru:
        lines, page = page_of({}, 3, page.lebih_baru)
        back = lines + back
    assert back == whole[: len(back)]
    assert back[:3] == whole[:3]


NONSENSE = ["x", "sesudah.", "sesudah.a~b~c", "sebelum.1~2", f"sesudah.{10**30}~1~1", f"sesudah.1~0~{10**30}"]


@pytest.mark.parametrize("address", NONSENSE)
def test_an_address_that_makes_no_sense_is_the_first_page(isi, as_admin, address):
    assert as_admin.get(JEJAK, {"halaman": address}).context["baris"] == as_admin.get(JEJAK).context["baris"]


def test_taking_the_trail_along_leaves_a_line(isi, as_admin, admin):
    answer = as_admin.get("/jejak/ekspor/", {"format": "csv", "macam": "akses"})
    assert answer.getvalue().decode().count("\r\n") > 3
    row = JejakAkses.objects.latest("id")
    assert (row.pengguna, row.tindakan, row.objek, row.jumlah, row.alasan) == (
        admin, "ekspor", "jejak", 2, "Macam: Akses data pribadi",
    )  # fmt: skip


def test_what_was_typed_goes_into_the_file_but_not_into_the_trail(isi, as_admin):
    query = {"format": "csv", "kolom": "Sutarmi", "objek": "33.19", "macam": "akses"}
    assert "Sutarmi" in as_admin.get("/jejak/ekspor/", query).getvalue().decode()
    row = JejakAkses.objects.latest("id")
    assert row.alasan == "Macam: Akses data pribadi; Nomor objek: (teks yang dicari); Bagian data: (teks yang dicari)"
    assert row.jumlah == 0


def test_an_export_of_an_unknown_field_is_empty(isi, as_admin):
    assert as_admin.get("/jejak/ekspor/", {"format": "csv", "kolom": "kata yang tidak ada"}).status_code == 200
    assert JejakAkses.objects.latest("id").jumlah == 0


def test_the_page_tells_how_the_chain_stands(isi, as_admin, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    assert "belum pernah diperiksa" in as_admin.get(JEJAK).content.decode()
    assert as_admin.post("/jejak/periksa/").status_code == 302
    assert "Rantai utuh" in as_admin.get(JEJAK).content.decode()


def test_a_second_click_says_that_a_check_is_running(isi, as_admin, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with held(lock_place(CHECK_LOCK)):
        said = as_admin.post("/jejak/periksa/", follow=True).content.decode()
    assert "Rantai masih diperiksa" in said
    assert not PemeriksaanRantai.objects.exists()
    said = as_admin.post("/jejak/periksa/", follow=True).content.decode()
    assert "Rantai sedang diperiksa" in said
    assert PemeriksaanRantai.objects.count() == 1
