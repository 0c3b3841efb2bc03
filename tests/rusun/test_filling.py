"""Drafts, the end of a session, and two people at one section, through the real pages."""

import datetime

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from core.models import Konsep, KunciFormulir
from rusun.alamat import Alamat
from rusun.models import Blok, Rusun
from rusun.penguncian import lock_registry, open_cells, registry_write
from tests.factories import make_rusun
from tests.forms import fields_of


@pytest.fixture
def lokasi(kudus, operator):
    return make_rusun(kudus, oleh=operator)


@pytest.fixture
def daerah(masuk_sebagai, operator):
    return masuk_sebagai(operator)


@pytest.fixture
def rekan(masuk_sebagai, operator_penghuni):
    """A colleague of the same kabupaten/kota."""
    return masuk_sebagai(operator_penghuni)


def section(lokasi, bagian="hunian"):
    return reverse("rusun:ubah", args=[lokasi.kode, bagian])


def autosave(client, url, data):
    return client.post(url, {**data, "konsep": "1"}, headers={"X-Requested-With": "konsep"})


# --- Drafts -----------------------------------------------------------------------------------------------------------


def test_a_draft_comes_back_as_typed_and_never_enters_the_registry(daerah, lokasi):
    url = section(lokasi)
    data = fields_of(daerah.get(url)) | {"daftar_tunggu": "1,2 banyak", "jumlah_kk": ""}
    answer = autosave(daerah, url, data)
    assert answer.status_code == 200
    assert answer.json()["pesan"].startswith("tersimpan ")
    assert Rusun.objects.get(pk=lokasi.pk).daftar_tunggu == 12

    page = daerah.get(url)
    again = fields_of(page)
    assert (again["daftar_tunggu"], again["jumlah_kk"]) == ("1,2 banyak", "")
    assert again["kunci_formulir"] != data["kunci_formulir"]
    assert "Konsep Anda dari" in page.content.decode()
    assert "is-invalid" not in page.content.decode()


def test_a_draft_is_sealed_and_only_its_author_meets_it(daerah, rekan, lokasi):
    url = section(lokasi)
    autosave(daerah, url, fields_of(daerah.get(url)) | {"daftar_tunggu": "987654"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT isi FROM core_konsep")
        assert "987654" not in cursor.fetchone()[0]
    page = rekan.get(url)
    assert "987654" not in page.content.decode()
    assert "Sri Lestari juga sedang mengisi bagian ini" in page.content.decode()


def test_saving_forgets_the_draft_and_an_autosave_that_comes_late_changes_nothing(daerah, lokasi):
    url = section(lokasi)
    data = fields_of(daerah.get(url)) | {"daftar_tunggu": "31"}
    autosave(daerah, url, data)
    assert daerah.post(url, data).status_code == 302
    assert Konsep.objects.count() == 0
    late = autosave(daerah, url, data | {"daftar_tunggu": "30"})
    assert (late.status_code, late.json()) == (200, {"pesan": ""})
    assert Konsep.objects.count() == 0
    assert KunciFormulir.objects.count() == 1


def test_a_draft_can_be_thrown_away_also_without_script(daerah, lokasi):
    url = section(lokasi)
    data = fields_of(daerah.get(url)) | {"daftar_tunggu": "31"}
    assert daerah.post(url, data | {"konsep": "1"}).status_code == 302
    assert fields_of(daerah.get(url))["daftar_tunggu"] == "31"
    assert daerah.post(url, data | {"buang_konsep": "1"}).status_code == 302
    assert fields_of(daerah.get(url))["daftar_tunggu"] == "12"


def test_a_draft_keeps_rows_that_were_added(daerah, lokasi):
    url = section(lokasi, "bangunan")
    data = fields_of(daerah.get(url)) | {"blok-TOTAL_FORMS": "2", "blok-1-id": "", "blok-1-nama": "Blok Bar"}
    autosave(daerah, url, data)
    again = fields_of(daerah.get(url))
    assert (again["blok-TOTAL_FORMS"], again["blok-1-nama"]) == ("2", "Blok Bar")


def test_a_draft_opens_nothing_that_is_locked(daerah, lokasi, kudus):
    url = section(lokasi)
    autosave(daerah, url, fields_of(daerah.get(url)) | {"daftar_tunggu": "31", "jumlah_kk": "79"})
    with registry_write(kudus):
        lock_registry(kudus, alasan="uji", waktu=timezone.now())
        open_cells(kudus, [Alamat(lokasi.kode, "hunian", "", "daftar_tunggu")])
    fields = fields_of(daerah.get(url))
    assert fields["daftar_tunggu"] == "31"
    assert "jumlah_kk" not in fields
    smuggled = daerah.post(url, fields | {"jumlah_kk": "79"})
    assert smuggled.status_code == 409
    assert "Data terkunci sejak" in smuggled.content.decode()
    assert daerah.get(url).context["hasil"].konsep is not None
    assert daerah.post(url, fields).status_code == 302
    fresh = Rusun.objects.get(pk=lokasi.pk)
    assert (fresh.daftar_tunggu, fresh.jumlah_kk) == (31, 80)


def test_too_much_text_is_refused_in_words(daerah, lokasi):
    url = section(lokasi, "masalah")
    answer = autosave(daerah, url, fields_of(daerah.get(url)) | {"usulan": "x" * 300_001})
    assert answer.status_code == 413
    assert "terlalu panjang" in answer.json()["pesan"]
    assert Konsep.objects.count() == 0


def test_old_drafts_are_forgotten(daerah, operator, lokasi):
    old = timezone.now() - datetime.timedelta(days=31)
    Konsep.objects.create(pengguna=operator, bagian="/lama/", isi="{}", disimpan=old)
    autosave(daerah, section(lokasi), fields_of(daerah.get(section(lokasi))))
    assert list(Konsep.objects.values_list("bagian", flat=True)) == [section(lokasi)]


# --- The end of a session ---------------------------------------------------------------------------------------------


@pytest.fixture
def kata_sandi(operator, operator_lain):
    for pengguna in (operator, operator_lain):
        pengguna.set_password("kata-sandi-uji-yang-panjang")
        pengguna.save()
    return "kata-sandi-uji-yang-panjang"


def hidden(response, name):
    html = response.content.decode()
    return html.split(f'name="{name}" value="', 1)[1].split('"', 1)[0]


def test_text_survives_a_session_that_ended_and_comes_back_at_the_same_field(
    kata_sandi, client, daerah, operator, lokasi
):
    url = section(lokasi)
    data = fields_of(daerah.get(url)) | {"daftar_tunggu": "4321", "fokus": "id_daftar_tunggu"}
    page = client.post(url, data)
    assert page.status_code == 401
    assert "tulisan Anda aman" in page.content.decode()
    assert "4321" not in page.content.decode()
    credentials = {"username": operator.username, "password": kata_sandi}
    wrong = client.post("/masuk/", {**credentials, "password": "salah", "titipan": hidden(page, "titipan")})
    assert wrong.status_code == 422
    answer = client.post("/masuk/", {**credentials, "titipan": hidden(wrong, "titipan")})
    assert (answer.status_code, answer.url) == (302, f"{url}#id_daftar_tunggu")
    assert fields_of(client.get(url))["daftar_tunggu"] == "4321"
    assert Rusun.objects.get(pk=lokasi.pk).daftar_tunggu == 12


def test_an_autosave_without_a_session_says_so(client, daerah, lokasi):
    assert autosave(client, section(lokasi), fields_of(daerah.get(section(lokasi)))).status_code == 401
    assert Konsep.objects.count() == 0


def test_another_region_signing_in_meets_nothing(kata_sandi, client, daerah, operator_lain, lokasi):
    url = section(lokasi)
    page = client.post(url, fields_of(daerah.get(url)) | {"daftar_tunggu": "4321"})
    credentials = {"username": operator_lain.username, "password": kata_sandi}
    client.post("/masuk/", {**credentials, "titipan": hidden(page, "titipan")})
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("titipan", ["", "bukan segel", "gAAAAABm"])
def test_a_forged_parcel_is_ignored(client, operator, kata_sandi, titipan):
    data = {"username": operator.username, "password": kata_sandi, "titipan": titipan}
    assert client.post("/masuk/", data).url == "/"
    assert Konsep.objects.count() == 0


# --- Two people -------------------------------------------------------------------------------------------------------


def test_changes_to_different_fields_are_both_kept(daerah, rekan, lokasi):
    url = section(lokasi)
    mine, theirs = fields_of(daerah.get(url)), fields_of(rekan.get(url))
    assert rekan.post(url, theirs | {"jumlah_jiwa": "250"}).status_code == 302
    assert daerah.post(url, mine | {"daftar_tunggu": "40"}).status_code == 302
    fresh = Rusun.objects.get(pk=lokasi.pk)
    assert (fresh.jumlah_jiwa, fresh.daftar_tunggu, fresh.versi) == (250, 40, 3)
    assert "Jumlah jiwa ikut diperbarui: sudah diubah oleh Budi Santoso." in daerah.get(url).content.decode()


def test_another_section_saved_meanwhile_disturbs_nobody(daerah, rekan, lokasi):
    mine = fields_of(daerah.get(section(lokasi)))
    other = section(lokasi, "lokasi")
    assert rekan.post(other, fields_of(rekan.get(other)) | {"kelurahan": "Mlati"}).status_code == 302
    assert daerah.post(section(lokasi), mine | {"daftar_tunggu": "40"}).status_code == 302
    fresh = Rusun.objects.get(pk=lokasi.pk)
    assert (fresh.kelurahan, fresh.daftar_tunggu) == ("Mlati", 40)


@pytest.mark.parametrize(("choice", "saved"), [("saya", 777), ("lain", 20)])
def test_a_field_both_changed_is_asked_about(daerah, rekan, lokasi, choice, saved):
    url = section(lokasi)
    mine, theirs = fields_of(daerah.get(url)), fields_of(rekan.get(url))
    assert rekan.post(url, theirs | {"daftar_tunggu": "20", "jumlah_jiwa": "250"}).status_code == 302
    asked = daerah.post(url, mine | {"daftar_tunggu": "777"})
    assert asked.status_code == 409
    assert Rusun.objects.get(pk=lokasi.pk).daftar_tunggu == 20
    [bentrok] = asked.context["hasil"].bentrok
    assert (bentrok.label, bentrok.saya, bentrok.lain, bentrok.oleh) == ("Daftar tunggu", "777", "20", "Budi Santoso")
    fields = fields_of(asked)
    assert (fields["daftar_tunggu"], fields["jumlah_jiwa"]) == ("777", "250")
    assert daerah.post(url, fields | {"pilih|daftar_tunggu": choice}).status_code == 302
    fresh = Rusun.objects.get(pk=lokasi.pk)
    assert (fresh.daftar_tunggu, fresh.jumlah_jiwa) == (saved, 250)


def test_a_third_save_while_choosing_asks_again(daerah, rekan, lokasi):
    url = section(lokasi)
    mine, theirs = fields_of(daerah.get(url)), fields_of(rekan.get(url))
    rekan.post(url, theirs | {"daftar_tunggu": "20"})
    fields = fields_of(daerah.post(url, mine | {"daftar_tunggu": "777"}))
    rekan.post(url, fields_of(rekan.get(url)) | {"daftar_tunggu": "21"})
    again = daerah.post(url, fields)
    assert again.status_code == 409
    assert [row.lain for row in again.context["hasil"].bentrok] == ["21"]


def test_rows_of_a_table_are_joined_row_by_row(daerah, rekan, lokasi):
    url = section(lokasi, "bangunan")
    mine, theirs = fields_of(daerah.get(url)), fields_of(rekan.get(url))
    new = {
        "blok-TOTAL_FORMS": "2", "blok-1-id": "", "blok-1-nama": "Blok 0", "blok-1-konfigurasi": "single",
        "blok-1-jumlah_lantai": "3", "blok-1-pola_hunian": "keluarga", "blok-1-kapasitas_unit": "1",
        "blok-1-jumlah_unit": "5", "blok-1-terhuni": "5", "blok-1-kosong_siap": "0", "blok-1-kosong_rusak": "0",
        "blok-1-cadangan": "0",
    }  # fmt: skip
    assert rekan.post(url, theirs | new).status_code == 302
    assert daerah.post(url, mine | {"blok-0-terhuni": "79", "blok-0-kosong_siap": "11"}).status_code == 302
    assert sorted(Blok.objects.values_list("nama", "terhuni")) == [("Blok 0", 5), ("Blok A", 79)]


def test_a_row_removed_by_the_other_comes_back_as_a_new_one_only_when_i_changed_it(daerah, rekan, lokasi):
    url = section(lokasi, "tarif_sewa")
    mine, theirs = fields_of(daerah.get(url)), fields_of(rekan.get(url))
    assert rekan.post(url, theirs | {"tarif-0-DELETE": "on"}).status_code == 302
    kept = daerah.post(url, mine | {"tarif-0-tarif_bulan": "300.000"})
    assert kept.status_code == 409
    assert "dihapus oleh pengguna lain" in kept.content.decode()
    fields = fields_of(kept)
    assert (fields["tarif-INITIAL_FORMS"], fields["tarif-0-tarif_bulan"]) == ("0", "300.000")
    assert daerah.post(url, fields).status_code == 302
    assert list(lokasi.tarif.values_list("tarif_bulan", flat=True)) == [300_000]


def test_a_choice_that_does_not_add_up_is_refused_with_everything_kept(daerah, rekan, lokasi):
    url = section(lokasi, "bangunan")
    mine, theirs = fields_of(daerah.get(url)), fields_of(rekan.get(url))
    assert rekan.post(url, theirs | {"blok-0-terhuni": "79", "blok-0-kosong_siap": "11"}).status_code == 302
    asked = daerah.post(url, mine | {"blok-0-kosong_rusak": "5", "blok-0-kosong_siap": "9"})
    assert asked.status_code == 409
    [bentrok] = asked.context["hasil"].bentrok
    assert (bentrok.label, bentrok.oleh) == ("Blok A, Kosong siap", "Budi Santoso")
    refused = daerah.post(url, fields_of(asked) | {bentrok.pilihan: "lain"})
    assert refused.status_code == 422
    fields = fields_of(refused)
    assert [fields[f"blok-0-{name}"] for name in ("terhuni", "kosong_siap", "kosong_rusak")] == ["79", "11", "5"]
    assert Blok.objects.get().kosong_rusak == 4


@pytest.mark.parametrize("dasar", ["", "null", "[1]", '{"daftar_tunggu": 3}', "{rusak"])
def test_a_form_without_a_readable_base_asks_rather_than_overwrites(daerah, rekan, lokasi, dasar):
    url = section(lokasi)
    mine, theirs = fields_of(daerah.get(url)), fields_of(rekan.get(url))
    rekan.post(url, theirs | {"daftar_tunggu": "20"})
    answer = daerah.post(url, mine | {"dasar": dasar, "daftar_tunggu": "777"})
    assert answer.status_code in (409, 422)
    assert Rusun.objects.get(pk=lokasi.pk).daftar_tunggu == 20


@pytest.mark.parametrize("rows", [1, 3])
def test_a_section_asks_the_same_number_of_questions_whatever_its_rows(daerah, lokasi, rows, django_assert_num_queries):
    masalah = lokasi.permasalahan.get()
    for _ in range(rows - 1):
        masalah.pk, masalah._state.adding = None, True
        masalah.pk = type(masalah)._meta.pk.get_default()
        masalah.save()
    daerah.get(section(lokasi, "masalah"))
    with django_assert_num_queries(19):
        assert daerah.get(section(lokasi, "masalah")).status_code == 200


@pytest.mark.parametrize("dasar", ["[" * 100_000, "1" * 5_000, '{"daftar_tunggu":"\\ud800"}', "{rusak"])
def test_nonsense_about_what_the_page_showed_breaks_nothing(daerah, lokasi, dasar):
    url = section(lokasi)
    data = fields_of(daerah.get(url)) | {"dasar": dasar, "daftar_tunggu": "31"}
    autosave(daerah, url, data)
    assert daerah.get(url).status_code == 200
    assert daerah.post(url, data).status_code == 302
    assert Rusun.objects.get(pk=lokasi.pk).daftar_tunggu == 31


def test_a_parcel_opens_for_nobody_but_who_typed_it(kata_sandi, client, daerah, operator_lain, lokasi):
    url = section(lokasi)
    page = client.post(url, fields_of(daerah.get(url)) | {"daftar_tunggu": "31"})
    assert page.status_code == 401
    credentials = {"username": operator_lain.username, "password": kata_sandi, "titipan": hidden(page, "titipan")}
    answer = client.post("/masuk/", credentials, follow=True)
    assert "tidak dibawa" in answer.content.decode()
    assert not Konsep.objects.exists()


# --- What a choice between two people is worth ----------------------------------------------------------------------


def test_a_choice_that_went_through_a_draft_is_asked_again(daerah, rekan, lokasi):
    url = section(lokasi)
    mine, theirs = fields_of(daerah.get(url)), fields_of(rekan.get(url))
    rekan.post(url, theirs | {"daftar_tunggu": "20"})
    asked = fields_of(daerah.post(url, mine | {"daftar_tunggu": "777"}))
    autosave(daerah, url, asked | {"pilih|daftar_tunggu": "lain"})
    again = daerah.post(url, fields_of(daerah.get(url)))
    assert (again.status_code, Rusun.objects.get(pk=lokasi.pk).daftar_tunggu) == (409, 20)


def test_a_row_the_other_deletes_while_i_choose_stays_deleted(daerah, rekan, lokasi):
    url = section(lokasi, "tarif_sewa")
    added = {
        "tarif-TOTAL_FORMS": "2",
        "tarif-1-lantai": "2",
        "tarif-1-satuan": "unit",
        "tarif-1-tarif_bulan": "200.000",
    }
    daerah.post(url, fields_of(daerah.get(url)) | added)
    mine, theirs = fields_of(daerah.get(url)), fields_of(rekan.get(url))
    rekan.post(url, theirs | {"jaminan_bulan": "2"})
    asked = fields_of(daerah.post(url, mine | {"jaminan_bulan": "3"}))
    rekan.post(url, fields_of(rekan.get(url)) | {"tarif-1-DELETE": "on"})
    choice = {"pilih|jaminan_bulan": "lain"}
    again = daerah.post(url, asked | choice)
    assert again.status_code == 409
    assert again.context["hasil"].bentrok[0].dipilih == "lain"
    assert daerah.post(url, fields_of(again) | choice).status_code == 302
    assert (lokasi.tarif.count(), Rusun.objects.get(pk=lokasi.pk).jaminan_bulan) == (1, 2)


@pytest.mark.parametrize(("choice", "left"), [("saya", 0), ("lain", 1)])
def test_the_choice_to_delete_a_row_is_done(daerah, rekan, lokasi, choice, left):
    url = section(lokasi, "tarif_sewa")
    mine, theirs = fields_of(daerah.get(url)), fields_of(rekan.get(url))
    rekan.post(url, theirs | {"tarif-0-tarif_bulan": "300.000"})
    asked = daerah.post(url, mine | {"tarif-0-DELETE": "on", "tarif_belum_ditetapkan": "on"})
    [bentrok] = asked.context["hasil"].bentrok
    assert (bentrok.saya, bentrok.lain) == ("dihapus", "tidak dihapus")
    fields = fields_of(asked)
    if choice == "lain":
        del fields["tarif_belum_ditetapkan"]
    answer = daerah.post(url, fields | {bentrok.pilihan: choice})
    assert answer.status_code == 302
    assert lokasi.tarif.count() == left


def test_choices_are_told_in_words(daerah, rekan, lokasi):
    url = section(lokasi, "bangunan")
    mine, theirs = fields_of(daerah.get(url)), fields_of(rekan.get(url))
    rekan.post(url, theirs | {"kondisi_atap": "rusak_ringan"})
    [bentrok] = daerah.post(url, mine | {"kondisi_atap": "rusak_berat"}).context["hasil"].bentrok
    assert (bentrok.saya, bentrok.lain) == ("Rusak berat", "Rusak ringan")
