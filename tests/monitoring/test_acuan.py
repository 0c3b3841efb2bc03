"""Reference data edited by the admin: with history, never over a used rule, never removed, never undone by the seed."""

import datetime
import uuid

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from core.models import KabupatenKota, Pejabat
from monitoring.acuan.forms import SkemaForm
from monitoring.acuan.simpan import store
from monitoring.contoh.acuan import load_ownership_rules, load_reference
from monitoring.desk.jadwal import holidays
from monitoring.models import Backlog, HariLibur
from penghuni.aturan import record_version, rules_on, rules_today
from penghuni.kriteria import Profil
from penghuni.models import BatasHargaRumah, BatasPenghasilan, SkemaKepemilikan
from penghuni.penyaringan import evaluate
from penghuni.putaran import due
from rusun.forms import PermasalahanForm
from rusun.models import KategoriPermasalahan, Permasalahan
from tests.factories import make_rusun

HARI = datetime.date(2027, 6, 1)


@pytest.fixture
def as_admin(masuk_sebagai, admin):
    return masuk_sebagai(admin)


@pytest.fixture
def send(as_admin):
    """Post a form of reference data; `kunci` names the row, else it is a new one."""

    def post(jenis, kunci=None, /, versi=1, **values):
        page = f"/acuan/{jenis}/{kunci or 'tambah'}/"
        return as_admin.post(page, {"kunci_formulir": uuid.uuid4(), "versi": versi, **values})

    return post


@pytest.fixture
def toggle(as_admin):
    def post(jenis, kunci, aktif, versi=1):
        data = {"kunci_formulir": uuid.uuid4(), "versi": versi, "aktif": aktif}
        return as_admin.post(f"/acuan/{jenis}/{kunci}/aktif/", data, follow=True)

    return post


def errors(answer):
    assert answer.status_code == 422, answer.status_code
    return answer.context["form"].errors


PENGHASILAN = {
    "dasar_hukum": "Permen PKP 9/2027", "berlaku_mulai": "1 Mei 2027", "wilayah": "Jawa selain Jabodetabek",
    "batas_belum_kawin": "9.000.000", "batas_kawin": "11.000.000", "terverifikasi": "ya", "sumber": "JDIH PKP",
}  # fmt: skip
PEJABAT = {
    "nama": "Dr. Rini", "nip": "19700101 199003 1 001", "jabatan": "Kepala Dinas", "kewenangan": "definitif",
    "tugas": "kepala", "berlaku_mulai": "2027-01-01",
}  # fmt: skip
SKEMA = {
    "kode": "flpp_2027", "nama": "KPR FLPP 2027", "aktif_dari": "01/05/2027", "syarat": ["wni", "dalam_batas_mbr"],
    "bunga_persen": "4,5", "tenor_tahun": "25", "sumber": "JDIH",
}  # fmt: skip
HARGA = {
    "jenis": "tapak", "tahun_mulai": "2027", "wilayah": "Jawa selain Jabodetabek", "harga_maks": "185.000.000",
    "dasar_hukum": "Kepmen 1/2027", "sumber": "JDIH",
}  # fmt: skip
BACKLOG = {"kabupaten_kota": "33.19", "tahun": "2026", "jenis": "kepemilikan", "jumlah": "12.345", "sumber": "BPS"}
KATEGORI = {"kode": "FIS-77", "aspek": "fisik_bangunan", "nama": "Cat mengelupas", "penanggung_jawab_lazim": ["pusat"]}
NEW = [("penghasilan", PENGHASILAN), ("pejabat", PEJABAT), ("skema", SKEMA), ("harga", HARGA), ("backlog", BACKLOG),
       ("kategori", KATEGORI)]  # fmt: skip
MODELS = {
    "penghasilan": BatasPenghasilan, "pejabat": Pejabat, "skema": SkemaKepemilikan, "harga": BatasHargaRumah,
    "backlog": Backlog, "kategori": KategoriPermasalahan,
}  # fmt: skip


@pytest.mark.parametrize(("jenis", "values"), NEW)
def test_a_row_is_added_with_who_and_history(kudus, send, admin, as_admin, jenis, values):
    assert send(jenis, **values).status_code == 302
    row = MODELS[jenis].objects.get()
    assert (row.diubah_oleh, row.versi, row.aktif) == (admin, 1, True)
    entry = LogEntry.objects.filter(object_pk=str(row.pk)).latest("id")
    assert (entry.actor, entry.action) == (admin, LogEntry.Action.CREATE)
    page = as_admin.get(f"/acuan/{jenis}/{row.pk}/")
    assert [line.oleh for line in page.context["riwayat"]] == [admin.nama]
    assert as_admin.get("/acuan/").status_code == 200


@pytest.mark.parametrize(("jenis", "values"), [entry for entry in NEW if "sumber" in entry[1]])
def test_figures_and_rules_need_a_source(kudus, send, jenis, values):
    assert "sumber" in errors(send(jenis, **{**values, "sumber": ""}))


def test_typed_values_are_stored_as_meant(send):
    send("penghasilan", **PENGHASILAN)
    row = BatasPenghasilan.objects.get()
    assert (row.berlaku_mulai, row.batas_kawin) == ("2027-05-01", 11_000_000)
    send("skema", **SKEMA)
    assert SkemaKepemilikan.objects.get().syarat == "wni;dalam_batas_mbr"


@pytest.mark.parametrize("mulai", ["2027-13", "31/02/2027", "kemarin", "2027-02-31", "٢٠٢٧", "20٢٧-05"])
def test_a_day_that_does_not_exist_is_refused(send, mulai):
    assert "berlaku_mulai" in errors(send("penghasilan", **{**PENGHASILAN, "berlaku_mulai": mulai}))


def test_twice_the_same_form_is_one_row(as_admin, kudus):
    data = {"kunci_formulir": uuid.uuid4(), "versi": 1, **BACKLOG}
    assert {as_admin.post("/acuan/backlog/tambah/", data).status_code for _ in range(2)} == {302}
    assert Backlog.objects.count() == 1


def test_the_same_figure_again_is_refused(kudus, send):
    send("backlog", **BACKLOG)
    assert "sudah ada" in str(errors(send("backlog", **BACKLOG)))


def test_who_was_slower_reads_the_newer_values(kudus, send, as_admin):
    send("backlog", **BACKLOG)
    row = Backlog.objects.get()
    assert send("backlog", row.pk, **{**BACKLOG, "jumlah": "20"}).status_code == 302
    late = send("backlog", row.pk, **{**BACKLOG, "jumlah": "30"})
    assert late.status_code == 409
    assert ("Jumlah", "20") in late.context["terbaru"]
    row.refresh_from_db()
    assert (row.jumlah, row.versi) == (20, 2)


def test_what_tells_a_row_apart_stays(kudus, send):
    send("backlog", **BACKLOG)
    row = Backlog.objects.get()
    send("backlog", row.pk, **{**BACKLOG, "tahun": "2020", "jenis": "kemiskinan"})
    row.refresh_from_db()
    assert (row.tahun, row.jenis) == (2026, "kepemilikan")


# --- Dated rules ------------------------------------------------------------------------------------------------------


@pytest.fixture
def aturan(db):
    load_ownership_rules()


def test_a_new_cap_follows_the_open_one_from_its_first_day(aturan, send):
    send("penghasilan", **PENGHASILAN)
    assert [cap.dasar_hukum for cap in rules_on(datetime.date(2027, 4, 30)).penghasilan] == ["Permen PKP 5/2025 zona 1"]
    assert [cap.dasar_hukum for cap in rules_on(datetime.date(2027, 5, 1)).penghasilan] == ["Permen PKP 9/2027"]


@pytest.mark.parametrize("mulai", ["2024-01-01", "2023-01-01", "2025-04-22"])
def test_a_cap_inside_a_closed_span_or_with_the_same_first_day_is_refused(aturan, send, mulai):
    assert "bertumpang tindih" in str(errors(send("penghasilan", **{**PENGHASILAN, "berlaku_mulai": mulai})))


def test_a_price_with_the_same_first_year_is_refused(aturan, send):
    assert "bertumpang tindih" in str(
        errors(send("harga", **{**HARGA, "tahun_mulai": "2024", "wilayah": "Jawa Tengah"}))
    )
    assert send("harga", **HARGA).status_code == 302
    assert rules_on(HARI).harga.harga_maks == 185_000_000


def test_a_used_rule_is_only_ended(aturan, send, as_admin):
    record_version(rules_on(datetime.date(2026, 1, 1)))
    row = BatasPenghasilan.objects.get(dasar_hukum="Permen PKP 5/2025 zona 1")
    assert as_admin.get(f"/acuan/penghasilan/{row.pk}/").context["form"].terpakai
    changed = {**PENGHASILAN, "berlaku_sampai": "2027-04-30", "batas_kawin": "1", "berlaku_mulai": "2020"}
    assert send("penghasilan", row.pk, **changed).status_code == 302
    row.refresh_from_db()
    assert (row.berlaku_sampai, row.batas_kawin, row.berlaku_mulai) == ("2027-04-30", 10_000_000, "2025-04-22")


def test_an_unused_rule_may_be_corrected(aturan, send):
    row = BatasPenghasilan.objects.get(dasar_hukum__startswith="Permen PKP 1/2026")
    assert send("penghasilan", row.pk, **{**PENGHASILAN, "berlaku_mulai": "2026-01-15"}).status_code == 302
    assert rules_on(HARI).penghasilan[0].kawin == 11_000_000


def test_a_rule_deactivated_as_wrong_gives_room_for_the_right_one(aturan, send, toggle):
    record_version(rules_on(datetime.date(2026, 1, 1)))
    row = BatasPenghasilan.objects.get(dasar_hukum="Permen PKP 5/2025 zona 1")
    right = {**PENGHASILAN, "dasar_hukum": row.dasar_hukum, "berlaku_mulai": "2025-04-22"}
    assert errors(send("penghasilan", **right))
    toggle("penghasilan", row.pk, "tidak")
    assert send("penghasilan", **right).status_code == 302
    assert rules_on(datetime.date(2026, 1, 1)).penghasilan[0].kawin == 11_000_000
    assert "nonaktifkan dahulu" in toggle("penghasilan", row.pk, "ya", versi=2).content.decode()


def test_a_scheme_is_replaced_by_a_new_version_of_it(aturan, send):
    assert send("skema", **SKEMA, menggantikan="flpp").status_code == 302
    before, after = (
        {skema.kode for skema in rules_on(day).skema} for day in (datetime.date(2027, 4, 30), datetime.date(2027, 5, 1))
    )
    assert ("flpp" in before, "flpp_2027" in before) == (True, False)
    assert ("flpp" in after, "flpp_2027" in after) == (False, True)
    assert SkemaKepemilikan.objects.get(pk="flpp").aktif_sampai == "2027-04-30"
    assert rules_on(HARI).nama_skema["flpp_2027"] == "KPR FLPP 2027"


def test_what_asks_for_flpp_asks_for_the_new_version_of_it(aturan, send, as_admin):
    page = as_admin.get("/acuan/skema/tambah/?dari=flpp").context["form"]
    assert page["menggantikan"].value() == "flpp"
    send("skema", **SKEMA, menggantikan="flpp")
    send("skema", **{**SKEMA, "kode": "flpp_2028", "aktif_dari": "01/01/2028"}, menggantikan="flpp_2027")
    assert send("skema", "flpp_2028", **{**SKEMA, "aktif_dari": "01/01/2028"}, menggantikan="").status_code == 302
    assert SkemaKepemilikan.objects.get(pk="flpp_2028").menggantikan_id == "flpp_2027"
    for day, kode in (("2027-04-30", "flpp"), ("2027-05-01", "flpp_2027"), ("2028-01-01", "flpp_2028")):
        found = evaluate(Profil(punya_rumah="ya"), rules_on(datetime.date.fromisoformat(day)))
        assert found["sbum"].penilaian[0].nilai == found[kode].hasil.label


def test_of_one_line_of_schemes_one_is_open_on_a_day(aturan, send, toggle):
    send("skema", **SKEMA, menggantikan="flpp")
    toggle("skema", "flpp_2027", "tidak")
    flpp = {**SKEMA, "nama": "KPR FLPP", "aktif_dari": "", "aktif_sampai": ""}
    assert send("skema", "flpp", versi=2, **flpp).status_code == 302  # goes on, as its follower was a mistake
    assert "bertumpang tindih" in toggle("skema", "flpp_2027", "ya", versi=2).content.decode()
    assert send("skema", "flpp", versi=3, **{**flpp, "aktif_sampai": "2027-04-30"}).status_code == 302
    toggle("skema", "flpp_2027", "ya", versi=2)
    assert SkemaKepemilikan.objects.get(pk="flpp_2027").aktif


def lama_dan_baru(**baru):
    """`flpp` ended, and a scheme that took its place before anybody stored whose place it took."""
    SkemaKepemilikan.objects.filter(pk="flpp").update(aktif_sampai="2026-04-30")
    values = {"kode": "flpp_2026", "nama": "KPR FLPP 2026", "aktif_dari": "2026-05-01", "syarat": "wni", **baru}
    return SkemaKepemilikan.objects.create(**values)


def sbum_on(day):
    return evaluate(Profil(punya_rumah="ya"), rules_on(datetime.date.fromisoformat(day)))["sbum"].penilaian[0].nilai


@pytest.mark.parametrize("terpakai", [True, False])
def test_a_scheme_that_took_anothers_place_earlier_is_joined_to_its_line(aturan, send, as_admin, terpakai):
    row = lama_dan_baru()
    before = rules_on(HARI)
    if terpakai:
        record_version(before)
    assert sbum_on("2027-06-01") == "Tidak dibuka pada tanggal ini"
    told = {**SKEMA, "nama": row.nama, "aktif_dari": row.aktif_dari, "syarat": ["wni"]}
    assert send("skema", row.pk, **told, menggantikan="flpp").status_code == 302
    assert sbum_on("2027-06-01") != "Tidak dibuka pada tanggal ini"
    assert rules_on(HARI).versi != before.versi
    row.refresh_from_db()
    assert (row.menggantikan_id, row.nama, row.versi) == ("flpp", "KPR FLPP 2026", 2)
    assert SkemaKepemilikan.objects.values_list("aktif_sampai", "versi").get(pk="flpp") == ("2026-04-30", 1)
    assert "menggantikan" in LogEntry.objects.filter(object_pk=row.pk).latest("id").changes
    # Whose place it took is said once.
    assert send("skema", row.pk, versi=2, **told, menggantikan="sbum").status_code == 302
    row.refresh_from_db()
    assert row.menggantikan_id == "flpp"
    assert as_admin.get(f"/acuan/skema/{row.pk}/").context["form"].fields["menggantikan"].disabled


def test_a_scheme_that_was_ended_first_is_followed_by_its_new_version(aturan, send, as_admin):
    record_version(rules_on(datetime.date(2026, 1, 1)))
    assert send("skema", "flpp", aktif_sampai="31/03/2027").status_code == 302
    page = as_admin.get("/acuan/skema/tambah/?dari=flpp").context["form"]
    assert (page["menggantikan"].value(), page["nama"].value()) == ("flpp", "KPR FLPP")
    assert 'value="flpp" selected' in str(page["menggantikan"])
    assert send("skema", **SKEMA, menggantikan="flpp").status_code == 302
    assert SkemaKepemilikan.objects.get(pk="flpp").aktif_sampai == "2027-03-31"
    assert (sbum_on("2027-04-30"), sbum_on("2027-05-01")) == ("Tidak dibuka pada tanggal ini", "Perlu verifikasi")


def test_a_new_version_sent_from_the_page_that_filled_it_in_ends_the_old_one(aturan, as_admin):
    data = {"kunci_formulir": uuid.uuid4(), "versi": 1, **SKEMA, "menggantikan": "flpp"}
    assert as_admin.post("/acuan/skema/tambah/?dari=flpp", data).status_code == 302
    assert SkemaKepemilikan.objects.get(pk="flpp").aktif_sampai == "2027-04-30"


@pytest.mark.parametrize(("mulai", "masa"), [("", "2027"), ("", "2027-05-01"), ("2028", "2029")])
def test_a_scheme_that_ends_later_is_not_followed_before(aturan, send, mulai, masa):
    row = SkemaKepemilikan.objects.create(kode="flpp_x", nama="X", aktif_dari="2027-04-01", syarat="wni")
    SkemaKepemilikan.objects.filter(pk="flpp").update(aktif_dari=mulai, aktif_sampai=masa)
    told = {**SKEMA, "aktif_sampai": "2027-12-31", "menggantikan": "flpp"}
    assert "belum berakhir" in str(errors(send("skema", **told)))
    assert "belum berakhir" in str(errors(send("skema", row.pk, **told)))


def test_a_scheme_joins_only_a_line_in_which_nothing_else_is_open_then(aturan, send):
    SkemaKepemilikan.objects.filter(pk="flpp").update(aktif_sampai="2026-04-30")
    for kode, dari, aktif, lama in (("x", "2026-05-01", False, "flpp"), ("y", "2026-06-01", True, "x")):
        SkemaKepemilikan.objects.create(
            kode=kode, nama=kode, aktif_dari=dari, syarat="wni", aktif=aktif, menggantikan_id=lama
        )
    row = SkemaKepemilikan.objects.create(kode="z", nama="Z", aktif_dari="2027-05-01", syarat="wni")
    assert "bertumpang tindih dengan y" in str(errors(send("skema", row.pk, **SKEMA, menggantikan="flpp")))


@pytest.mark.parametrize("terpakai", [True, False])
@pytest.mark.parametrize("mulai", ["", "2027"])
def test_an_open_scheme_is_only_ended_by_one_whose_start_is_known(aturan, send, terpakai, mulai):
    row = SkemaKepemilikan.objects.create(kode="flpp_x", nama="X", aktif_dari=mulai, syarat="wni")
    if terpakai:
        record_version(rules_on(HARI))
    told = {**SKEMA, "aktif_dari": mulai, "syarat": ["wni"]}
    assert "mulainya" in str(errors(send("skema", row.pk, **told, menggantikan="flpp")))
    assert SkemaKepemilikan.objects.get(pk="flpp").aktif_sampai == ""


def test_a_line_of_schemes_never_runs_into_itself_nor_parts(aturan, send, admin):
    send("skema", **SKEMA, menggantikan="flpp")
    flpp = {**SKEMA, "nama": "KPR FLPP", "aktif_dari": "", "aktif_sampai": "2027-04-30"}
    assert "menggantikan" in errors(send("skema", "flpp", versi=2, **flpp, menggantikan="flpp_2027"))
    assert "menggantikan" in errors(send("skema", "flpp", versi=2, **flpp, menggantikan="flpp"))
    other = {**SKEMA, "kode": "flpp_lain", "aktif_dari": "01/05/2028"}
    assert "menggantikan" in errors(send("skema", **other, menggantikan="flpp"))


def test_a_scheme_out_of_use_takes_nobodys_place(aturan, send, toggle):
    send("skema", **SKEMA)
    toggle("skema", "flpp_2027", "tidak")
    assert send("skema", "flpp_2027", versi=2, **SKEMA, menggantikan="flpp").status_code == 302
    assert SkemaKepemilikan.objects.get(pk="flpp_2027").menggantikan_id is None
    assert SkemaKepemilikan.objects.get(pk="flpp").aktif_sampai == ""


def test_a_scheme_taken_out_of_use_meanwhile_is_not_replaced(aturan, admin):
    form = SkemaForm({"kunci_formulir": uuid.uuid4(), "versi": 1, **SKEMA, "menggantikan": "flpp"})
    assert form.is_valid()
    SkemaKepemilikan.objects.filter(pk="flpp").update(aktif=False)
    with pytest.raises(ValidationError, match="sudah digantikan atau dinonaktifkan"), transaction.atomic():
        store(form, admin)
    assert not SkemaKepemilikan.objects.filter(pk="flpp_2027").exists()


def test_two_schemes_do_not_take_each_others_place_meanwhile(aturan, admin):
    row = lama_dan_baru()
    told = {**SKEMA, "syarat": ["wni"], "aktif_dari": "2026-05-01", "menggantikan": "flpp"}
    form = SkemaForm({"kunci_formulir": uuid.uuid4(), "versi": 1, **told}, instance=row)
    assert form.is_valid(), form.errors
    SkemaKepemilikan.objects.filter(pk="flpp").update(menggantikan="flpp_2026")
    with pytest.raises(ValidationError, match="sudah digantikan atau dinonaktifkan"), transaction.atomic():
        store(form, admin)


def test_replacing_a_scheme_keeps_what_another_admin_wrote_meanwhile(aturan, admin):
    form = SkemaForm({"kunci_formulir": uuid.uuid4(), "versi": 1, **SKEMA, "menggantikan": "flpp"})
    assert form.is_valid()
    SkemaKepemilikan.objects.filter(pk="flpp").update(sumber="Kepmen baru", versi=7)
    with transaction.atomic():
        store(form, admin)
    row = SkemaKepemilikan.objects.get(pk="flpp")
    assert (row.sumber, row.aktif_sampai, row.versi, row.diubah_oleh) == ("Kepmen baru", "2027-04-30", 8, admin)


def test_a_rule_comes_back_into_use_only_where_nothing_took_its_place(aturan, send, toggle):
    send("penghasilan", **PENGHASILAN)
    wrong = BatasPenghasilan.objects.get(dasar_hukum=PENGHASILAN["dasar_hukum"])
    toggle("penghasilan", wrong.pk, "tidak")
    send("penghasilan", **{**PENGHASILAN, "dasar_hukum": "Permen PKP 10/2027"})
    assert "bertumpang tindih" in toggle("penghasilan", wrong.pk, "ya", versi=2).content.decode()
    assert [cap.dasar_hukum for cap in rules_on(HARI).penghasilan] == ["Permen PKP 10/2027"]
    # Not in use it stands in nobody's way, and nothing stands in its own.
    assert send("penghasilan", wrong.pk, versi=2, **PENGHASILAN, berlaku_sampai="2028").status_code == 302
    wrong.refresh_from_db()
    assert (wrong.berlaku_sampai, wrong.aktif) == ("2028", False)


def test_rules_that_the_sources_leave_in_doubt_may_be_described_better(aturan, send):
    row = BatasPenghasilan.objects.get(dasar_hukum="Kepmen PUPR 411/KPTS/M/2021")
    told = {**PENGHASILAN, "berlaku_mulai": "2021", "wilayah": "Jawa Tengah", "terverifikasi": "sebagian"}
    assert send("penghasilan", row.pk, **told, catatan="Masih dicari.").status_code == 302
    assert "bertumpang tindih" in str(errors(send("penghasilan", row.pk, versi=2, **{**told, "terverifikasi": "ya"})))


def test_rules_of_elsewhere_stand_in_nobodys_way(aturan, send):
    lain = {**PENGHASILAN, "wilayah": "Jabodetabek", "berlaku_mulai": "2025-04-22"}
    assert send("penghasilan", **lain).status_code == 302
    assert [cap.dasar_hukum for cap in rules_on(HARI).penghasilan] == ["Permen PKP 5/2025 zona 1"]
    assert "bertumpang tindih" in str(errors(send("penghasilan", **{**lain, "dasar_hukum": "Sekali lagi"})))
    assert "wilayah" in errors(send("penghasilan", **{**lain, "wilayah": "Jateng"}))
    assert "wilayah" in errors(send("harga", **{**HARGA, "wilayah": "Jateng"}))


def test_the_screening_notices_a_rule_that_began(aturan, send):
    """Under new rules everybody is due again; who was screened before keeps what was said then."""
    before = rules_today()
    today = timezone.localdate().isoformat()
    send("penghasilan", **{**PENGHASILAN, "berlaku_mulai": today})
    after = rules_today()
    assert after.versi != before.versi
    assert due(after.versi) == 0  # nobody lives here in this test


# --- Officials, taxonomy, regions, holidays ---------------------------------------------------------------------------


def test_one_post_has_one_holder_on_a_day(send):
    send("pejabat", **{**PEJABAT, "berlaku_mulai": "2020-01-01", "nama": "Lama"})
    assert "Lama" in str(errors(send("pejabat", **PEJABAT)))
    old = Pejabat.objects.get()
    send(
        "pejabat", old.pk, **{**PEJABAT, "nama": "Lama", "berlaku_mulai": "2020-01-01", "berlaku_sampai": "2026-12-31"}
    )
    assert send("pejabat", **PEJABAT).status_code == 302
    assert send("pejabat", **{**PEJABAT, "nama": "Wakil", "kewenangan": "plh"}).status_code == 302
    assert Pejabat.objects.signature("kepala", datetime.date(2026, 12, 31))["nama"] == "Lama"
    assert Pejabat.objects.signature("kepala", datetime.date(2027, 1, 1))["nama"] in ("Dr. Rini", "Wakil")


def test_an_official_comes_back_only_to_a_post_that_is_free(send, toggle):
    send("pejabat", **PEJABAT)
    wrong = Pejabat.objects.get()
    toggle("pejabat", wrong.pk, "tidak")
    send("pejabat", **{**PEJABAT, "nama": "Dr. Benar"})
    assert "dipegang Dr. Benar" in toggle("pejabat", wrong.pk, "ya", versi=2).content.decode()
    assert send("pejabat", wrong.pk, versi=2, **PEJABAT, berlaku_sampai="2027-02-01").status_code == 302
    wrong.refresh_from_db()
    assert (wrong.aktif, wrong.berlaku_sampai) == (False, datetime.date(2027, 2, 1))


@pytest.mark.parametrize(("shift", "expected"), [(0, "Dr. Rini"), (-400, "Dr. Rini"), (1, "Dr. Lain")])
def test_an_official_in_office_is_never_turned_into_another_one(send, shift, expected):
    day = (timezone.localdate() + datetime.timedelta(days=shift)).isoformat()
    send("pejabat", **{**PEJABAT, "berlaku_mulai": day})
    row = Pejabat.objects.get()
    other = {**PEJABAT, "berlaku_mulai": day, "nama": "Dr. Lain", "nip": "197001011990031002", "pangkat": "Pembina"}
    assert send("pejabat", row.pk, **other).status_code == 302
    row.refresh_from_db()
    assert (row.nama, row.nip[-1], row.pangkat) == (expected, "1" if expected == "Dr. Rini" else "2", "Pembina")


def test_the_first_day_of_an_official_in_office_stays(send):
    """Moved to tomorrow it would open the name and the NIP again."""
    send("pejabat", **{**PEJABAT, "berlaku_mulai": "2026-01-01"})
    row = Pejabat.objects.get()
    tomorrow = (timezone.localdate() + datetime.timedelta(days=1)).isoformat()
    assert send("pejabat", row.pk, **{**PEJABAT, "berlaku_mulai": tomorrow}).status_code == 302
    row.refresh_from_db()
    assert row.berlaku_mulai == datetime.date(2026, 1, 1)


def test_a_misspelt_official_is_put_right_beside_the_wrong_row(send, toggle, as_admin):
    send("pejabat", **{**PEJABAT, "nama": "Dr. Rni", "pangkat": "Pembina", "berlaku_mulai": "2026-01-01"})
    wrong = Pejabat.objects.get()
    toggle("pejabat", wrong.pk, "tidak")
    page = as_admin.get(f"/acuan/pejabat/tambah/?dari={wrong.pk}").context["form"]
    assert page["jabatan"].value() == "Kepala Dinas"
    assert [page[name].value() for name in ("nama", "nip", "pangkat", "berlaku_mulai")] == [None] * 4
    assert send("pejabat", **{**PEJABAT, "berlaku_mulai": "2026-01-01"}).status_code == 302
    assert Pejabat.objects.signature("kepala", datetime.date(2026, 2, 1))["nama"] == "Dr. Rini"


def test_an_official_deactivated_signs_nothing(send, toggle):
    send("pejabat", **PEJABAT)
    toggle("pejabat", Pejabat.objects.get().pk, "tidak")
    assert Pejabat.objects.signature("kepala", HARI)["nama"] == ""


def test_a_category_deactivated_stays_where_it_is_used(kudus, operator, send, toggle):
    make_rusun(kudus, oleh=operator)
    masalah = Permasalahan.objects.get()
    toggle("kategori", masalah.kategori_id, "tidak")
    assert masalah.kategori in PermasalahanForm(instance=masalah).fields["kategori"].queryset
    assert masalah.kategori not in PermasalahanForm().fields["kategori"].queryset


@pytest.mark.parametrize("nama", ["Kudus", "Kota Kudus", "Kabupaten "])
def test_a_region_keeps_its_prefix(kudus, send, nama):
    assert "nama" in errors(send("daerah", kudus.pk, nama=nama, ibu_kota="Kudus"))


def test_a_region_is_renamed_and_keeps_its_code(kudus, send):
    assert send("daerah", kudus.pk, kode="33.99", nama="Kabupaten Kudus Raya", ibu_kota="Kudus").status_code == 302
    assert KabupatenKota.objects.get().nama == "Kabupaten Kudus Raya"
    assert KabupatenKota.objects.get().kode == "33.19"


def test_regions_are_neither_added_nor_deactivated(kudus, as_admin, toggle):
    assert as_admin.get("/acuan/daerah/tambah/").status_code == 404
    assert toggle("daerah", kudus.pk, "tidak").status_code == 404


def test_a_holiday_taken_off_is_kept_and_comes_back_when_added(as_admin):
    day = datetime.date(2027, 3, 9)
    row = HariLibur.objects.create(tanggal=day, nama="Uji")
    as_admin.post("/hari-libur/", {"hapus": "2027-03-09"})
    assert day not in holidays()
    assert HariLibur.objects.get() == row
    data = {"tambah": "1", "tanggal": "2027-03-09", "nama": "Uji lagi", "kunci_formulir": uuid.uuid4()}
    assert as_admin.post("/hari-libur/", data).status_code == 302
    assert holidays() == {day: "Uji lagi"}


# --- The seed ---------------------------------------------------------------------------------------------------------


def test_the_seed_twice_changes_nothing(db):
    load_reference()
    count = LogEntry.objects.count()
    load_reference()
    assert LogEntry.objects.count() == count


def test_the_seed_brings_up_to_date_what_nobody_edited(db):
    load_reference()
    Backlog.objects.filter(tahun=2020).update(jumlah=1)
    load_reference()
    assert Backlog.objects.get(tahun=2020).jumlah == 436_649


def test_the_seed_leaves_what_the_admin_edited(db, send, toggle):
    load_reference()
    row = Backlog.objects.get(tahun=2020)
    send("backlog", row.pk, jumlah="5", sumber="Surat BPS")
    toggle("kategori", "FIS-01", "tidak")
    cap = BatasPenghasilan.objects.get(dasar_hukum="Permen PKP 5/2025 zona 1")
    toggle("penghasilan", cap.pk, "tidak")
    send("penghasilan", **{**PENGHASILAN, "dasar_hukum": cap.dasar_hukum, "berlaku_mulai": "2025-04-22"})
    send("daerah", "33.19", nama="Kabupaten Kudus Raya", ibu_kota="Kudus")
    HariLibur.objects.filter(pk="2026-12-25").update(aktif=False)
    call_command("seed", verbosity=0)
    row.refresh_from_db()
    assert (row.jumlah, row.sumber) == (5, "Surat BPS")
    assert not KategoriPermasalahan.objects.get(pk="FIS-01").aktif
    assert BatasPenghasilan.objects.filter(dasar_hukum=cap.dasar_hukum).count() == 2
    assert KabupatenKota.objects.get(pk="33.19").nama == "Kabupaten Kudus Raya"
    assert datetime.date(2026, 12, 25) not in holidays()
