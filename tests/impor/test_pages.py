"""The second door from end to end through its pages: what is shown, who decides, what is written, what is undone."""

import datetime

import pytest
from auditlog.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from core.files import NotAPair, path_of, read_sealed, write_sealed
from core.models import JejakAkses
from monitoring.contoh.acuan import load_ownership_rules
from monitoring.enums import Gerak, StatusImpor
from monitoring.impor.pelari import prune, work
from monitoring.isian.catatan import add_remark
from monitoring.isian.workflow import MoveRefused, apply_move
from monitoring.models import Impor
from penghuni.aturan import rules_on
from penghuni.models import HasilPenyaringan, Hunian, Penghuni
from penghuni.putaran import begin, due
from penghuni.putaran import work as work_run
from rusun.alamat import Alamat
from rusun.models import Blok, Rusun, SebabKosong, Tarif
from rusun.penguncian import lock_registry, registry_write

from .conftest import NIK_BARU, Buku


def page(masuk_sebagai, pengguna, impor):
    return masuk_sebagai(pengguna).get(impor.get_absolute_url()).content.decode()


def snapshot():
    return [list(model.objects.order_by("pk").values()) for model in (Rusun, Blok, Tarif, SebabKosong, Hunian)] + [
        list(Penghuni.objects.order_by("pk").values("pk", "nama", "nik_sidik", "penghasilan", "versi"))
    ]


def test_a_template_that_nobody_touched_changes_nothing(send, buku, operator_penghuni, masuk_sebagai):
    before = snapshot()
    impor = send(buku, operator_penghuni)
    assert (impor.status, impor.baru, impor.sel_berubah, impor.kesalahan) == (StatusImpor.NIHIL, 0, 0, 0)
    assert "Tidak ada perubahan" in page(masuk_sebagai, operator_penghuni, impor)
    assert snapshot() == before


def test_changes_are_shown_first_and_written_when_decided(send, press, buku, operator_penghuni, masuk_sebagai, lokasi):
    buku["Rusun", "Daftar tunggu", 1] = 1234
    buku["Blok", "Ada lift", 1] = "Tidak"
    buku["Penghuni", "Penghasilan per bulan (Rp)", 1] = "3.000.000"
    before = snapshot()
    impor = send(buku, operator_penghuni)
    assert (impor.status, impor.sel_berubah, impor.kesalahan) == (StatusImpor.MENUNGGU, 3, 0)
    html = page(masuk_sebagai, operator_penghuni, impor)
    assert [text in html for text in ("1.234", "Rp2.500.000", "Rp3.000.000", "Angka ditulis sebagai teks")] == [
        True
    ] * 4
    assert snapshot() == before

    assert press("terapkan", impor, operator_penghuni).status_code == 302

    assert impor.status == StatusImpor.DITERAPKAN
    lokasi.refresh_from_db()
    assert (lokasi.daftar_tunggu, Blok.objects.get().ada_lift) == (1234, "tidak")
    assert Penghuni.objects.get(nama="Budi").penghasilan == 3_000_000
    entry = LogEntry.objects.get(object_pk=str(Penghuni.objects.get(nama="Budi").pk), action=1)
    assert (entry.changes, entry.actor) == ({"penghasilan": ["2500000", "3000000"]}, operator_penghuni)
    assert "Sudah diterapkan" in page(masuk_sebagai, operator_penghuni, impor)


def test_new_rows_of_every_sheet_are_written_once_however_often_they_are_sent(send, press, buku, operator_penghuni):
    buku["Rusun", "Jenis", 2], buku["Rusun", "Nama", 2] = "Rusus", "Rusus Nelayan"
    for title, value in (("Lokasi", "Rusus Nelayan"), ("Nama blok", "Deret 1"), ("Konfigurasi", "Deret"),
                         ("Jumlah lantai", 1), ("Pola hunian", "Keluarga (satu KK per unit)"),
                         ("Orang per unit", 1), ("Jumlah unit", 10), ("Terhuni", 10),
                         ("Kosong siap", 0), ("Kosong rusak", 0),
                         ("Tidak disewakan", 0)):  # fmt: skip
        buku["Blok", title, 2] = value
    for title, value in (("Lokasi", "Rusunawa Bakalankrapyak"), ("Lantai", 2), ("Satuan", "per unit"),
                         ("Tarif per bulan (Rp)", "Rp200.000")):  # fmt: skip
        buku["Tarif", title, 2] = value
    for title, value in (("Lokasi", "3319-RSN-01"), ("Kategori", "F-01"), ("Tingkat", "Berat"),
                         ("Unit terdampak", 3), ("Uraian", "Plafon runtuh"),
                         ("Penanggung jawab", "Pusat")):  # fmt: skip
        buku["Permasalahan", title, 2] = value
    for title, value in (("Nama kepala keluarga", "Wati"), ("NIK", f"'{NIK_BARU}"),
                         ("Lokasi dan blok", "Rusunawa Bakalankrapyak / Blok A"), ("Nomor unit", "a-103"),
                         ("Mulai tinggal", datetime.date(2022, 2, 1))):  # fmt: skip
        buku["Penghuni", title, 3] = value
    impor = send(buku, operator_penghuni)
    assert (impor.kesalahan, impor.baru, impor.sel_berubah) == (0, 5, 0)
    press("terapkan", impor, operator_penghuni)
    assert impor.status == StatusImpor.DITERAPKAN
    counts = [model.objects.count() for model in (Rusun, Blok, Tarif, Penghuni, Hunian)]
    assert counts == [2, 2, 2, 3, 3]
    wati = Penghuni.objects.with_nik(NIK_BARU).get()
    assert (wati.hunian.get().nomor_unit, wati.diubah_oleh) == ("A-103", operator_penghuni)
    assert Rusun.objects.get(jenis="rusus").blok.get().nama == "Deret 1"

    again = send(buku, operator_penghuni)
    assert (again.status, again.baru) == (StatusImpor.NIHIL, 0)
    assert [model.objects.count() for model in (Rusun, Blok, Tarif, Penghuni, Hunian)] == counts


def test_only_right_rows_or_nothing(send, press, buku, operator_penghuni):
    buku["Penghuni", "Penghasilan per bulan (Rp)", 1] = 3_000_000
    buku["Penghuni", "Penghasilan per bulan (Rp)", 2] = "banyak"
    impor = send(buku, operator_penghuni)
    assert (impor.kesalahan, impor.baris_salah, impor.sel_berubah) == (1, 1, 1)
    press("terapkan", impor, operator_penghuni)
    assert impor.status == StatusImpor.MENUNGGU
    press("terapkan", impor, operator_penghuni, hanya_benar="1")
    assert impor.status == StatusImpor.DITERAPKAN
    assert list(Penghuni.objects.order_by("nama").values_list("penghasilan", flat=True)) == [3_000_000, 2_500_000]


def test_the_answer_keeps_the_cells_colours_the_wrong_ones_and_can_be_sent_again(send, buku, operator_penghuni):
    buku["Penghuni", "Jenis kelamin", 2] = "Pria"
    buku["Penghuni", "Nama kepala keluarga", 1] = "Budi Hartono"
    impor = send(buku, operator_penghuni)
    reply = Buku(read_sealed(impor.balasan))
    assert reply.book.sheetnames[0] == "Hasil pemeriksaan"
    wrong = reply.place("Penghuni", "Jenis kelamin", 2)
    assert (wrong.value, wrong.coordinate) == ("Pria", buku.ref("Penghuni", "Jenis kelamin", 2))
    assert wrong.fill.fgColor.rgb.endswith("FDE3E4")
    assert "Laki-laki, Perempuan" in wrong.comment.text
    assert reply["Penghuni", "Nama kepala keluarga", 1] == "Budi Hartono"

    reply["Penghuni", "Jenis kelamin", 2] = "Perempuan"
    again = send(reply, operator_penghuni)
    assert (again.status, again.kesalahan, again.sel_berubah) == (StatusImpor.MENUNGGU, 0, 1)


def test_a_decision_on_an_outdated_preview_shows_the_new_one(send, press, buku, operator_penghuni, lokasi):
    buku["Rusun", "Daftar tunggu", 1] = 50
    impor = send(buku, operator_penghuni)
    Rusun.objects.filter(pk=lokasi.pk).update(daftar_tunggu=50, versi=2)
    press("terapkan", impor, operator_penghuni)
    assert impor.status == StatusImpor.NIHIL
    assert "Data berubah setelah pratinjau" in impor.pesan


def test_undo_puts_everything_back(send, press, buku, operator_penghuni):
    before = snapshot()
    buku["Rusun", "Daftar tunggu", 1], buku["Rusun", "Sebab kosong: sedang direhabilitasi", 1] = 50, None
    buku["Rusun", "KK: belum tahu", 1] = 7
    buku["Rusun", "Sebab kosong: peminat kurang", 1] = 3
    buku["Blok", "Ada lift", 1] = "Ya"
    buku["Penghuni", "NIK", 1] = NIK_BARU
    buku["Penghuni", "Nama kepala keluarga", 3] = "Wati"
    buku["Penghuni", "Tanggal keluar", 2], buku["Penghuni", "Pindah ke", 2] = "31/12/2021", "Rumah sendiri"
    impor = send(buku, operator_penghuni)
    assert (impor.kesalahan, impor.baru, impor.sel_berubah) == (0, 1, 6)
    press("terapkan", impor, operator_penghuni)
    assert Penghuni.objects.count() == 3
    press("urungkan", impor, operator_penghuni)
    assert impor.status == StatusImpor.DIURUNGKAN

    def content(rows):
        """Without who touched a row when and how often: undoing is a change as well."""
        skip = {"versi", "diubah", "diubah_oleh_id", "id"}
        return [[{k: v for k, v in row.items() if k not in skip} for row in table] for table in rows]

    assert content(snapshot()) == content(before)
    assert Penghuni.objects.with_nik("3319010107850002").count() == 1


def test_screening_follows_an_import_and_its_undoing(send, press, buku, operator_penghuni):
    load_ownership_rules()
    work_run(begin(None))
    versi = rules_on(timezone.localdate()).versi

    def state():
        """Who has results, and how many are still due."""
        return set(HasilPenyaringan.objects.values_list("penghuni__nama", flat=True)), due(versi)

    everybody = state()
    assert len(everybody[0]) == Hunian.objects.open().count() == 2
    buku["Penghuni", "Penghasilan per bulan (Rp)", 1] = 3_000_000
    buku["Penghuni", "Tanggal keluar", 2], buku["Penghuni", "Pindah ke", 2] = "31/12/2021", "Rumah sendiri"
    impor = send(buku, operator_penghuni)
    press("terapkan", impor, operator_penghuni)
    assert state() == ({"Budi"}, 0)
    press("urungkan", impor, operator_penghuni)
    assert state() == everybody


def test_undo_is_refused_when_something_changed_since_or_was_sent(
    send, press, kirim, buku, operator_penghuni, masuk_sebagai
):
    buku["Penghuni", "Penghasilan per bulan (Rp)", 1] = 3_000_000
    impor = send(buku, operator_penghuni)
    press("terapkan", impor, operator_penghuni)
    Penghuni.objects.filter(nama="Budi").update(versi=9)
    press("urungkan", impor, operator_penghuni)
    assert impor.status == StatusImpor.DITERAPKAN
    Penghuni.objects.filter(nama="Budi").update(versi=2)
    kirim()
    press("urungkan", impor, operator_penghuni)
    assert impor.status == StatusImpor.DITERAPKAN
    assert Penghuni.objects.get(nama="Budi").penghasilan == 3_000_000
    assert "Urungkan" not in page(masuk_sebagai, operator_penghuni, impor)


def test_undo_takes_no_location_away_behind_the_lock(send, press, buku, operator_penghuni, kudus):
    """A location may be locked without the import knowing: it was read in before any period ran."""
    buku["Rusun", "Nama", 2], buku["Rusun", "Jenis", 2] = "Rusunawa Baru", "Rusun"
    impor = send(buku, operator_penghuni)
    press("terapkan", impor, operator_penghuni)
    assert Rusun.objects.count() == 2
    with registry_write(kudus):
        lock_registry(kudus, alasan="uji", waktu=timezone.now())
    press("urungkan", impor, operator_penghuni)
    assert (impor.status, Rusun.objects.count()) == (StatusImpor.DITERAPKAN, 2)


def test_the_province_brings_a_workbook_and_the_region_decides(
    send, press, kirim, buku, operator_penghuni, verifikator, verifikator2, masuk_sebagai
):
    buku["Rusun", "Daftar tunggu", 1] = 77
    impor = send(buku, verifikator)
    assert (impor.status, impor.atas_nama) == (StatusImpor.MENUNGGU, True)
    assert press("terapkan", impor, verifikator).status_code == 403
    assert "menunggu persetujuan operator" in page(masuk_sebagai, verifikator, impor)
    assert "isian.xlsx" in masuk_sebagai(operator_penghuni).get("/").content.decode()
    press("terapkan", impor, operator_penghuni)
    assert Rusun.objects.get().daftar_tunggu == 77

    # Somebody of the region saves the same location again: the province's hand is still in the kiriman.
    Rusun.objects.update(diubah_oleh=operator_penghuni)
    sent = kirim()
    with pytest.raises(MoveRefused, match="ikut mengisi"):
        apply_move(sent, Gerak.VERIFIKASI, verifikator)
    apply_move(sent, Gerak.VERIFIKASI, verifikator2)


def test_who_sees_no_residents_neither_reads_nor_decides_about_them(
    send, press, buku, operator, operator_penghuni, masuk_sebagai
):
    buku["Penghuni", "Nama kepala keluarga", 1] = "Budi Hartono"
    buku["Rusun", "Daftar tunggu", 1] = 5
    mine = send(buku, operator)
    assert (mine.sel_berubah, mine.peringatan) == (1, 1)
    theirs = send(buku, operator_penghuni)
    assert theirs.sel_berubah == 2
    html = page(masuk_sebagai, operator, theirs)
    assert ("Budi Hartono" in html, "akses penghuni yang harus memutuskannya" in html) == (False, True)
    press("terapkan", theirs, operator)
    assert theirs.status == StatusImpor.MENUNGGU
    client = masuk_sebagai(operator)
    assert client.get(reverse("impor:unduh_asli", args=[theirs.pk])).status_code == 403
    assert client.get(reverse("impor:unduh_asli", args=[mine.pk])).status_code == 200
    template = client.get(reverse("impor:templat", args=["33.19"]))
    assert "Penghuni" not in Buku(template.content).book.sheetnames


def test_fetching_residents_leaves_a_trail(masuk_sebagai, send, buku, operator_penghuni):
    client = masuk_sebagai(operator_penghuni)
    client.get(reverse("impor:templat", args=["33.19"]))
    impor = send(buku, operator_penghuni)
    client.get(reverse("impor:unduh_asli", args=[impor.pk]))
    rows = JejakAkses.objects.order_by("pk").values_list("tindakan", "objek", "objek_id", "jumlah")
    assert list(rows) == [("ekspor", "penghuni", "33.19", 2), ("ekspor", "penghuni", "33.19", 1)]


def test_a_returned_isian_takes_only_opened_cells_and_residents(
    send, press, kirim, kudus, operator_penghuni, verifikator, warga, lokasi
):
    sent = kirim()
    add_remark(sent, Alamat(lokasi.kode, "hunian", "", "jumlah_kk"), "Periksa.", verifikator)
    apply_move(sent, Gerak.KEMBALIKAN, verifikator, jawab_sebelum=timezone.localdate())
    from monitoring.impor.templat import template_for

    buku = Buku(template_for(kudus, None).isi)
    buku["Rusun", "Jumlah KK", 1], buku["Rusun", "Jumlah jiwa", 1] = 81, 250
    buku["Rusun", "Daftar tunggu", 1] = 999
    buku["Rusun", "Alamat", 1] = "=rumus"
    buku["Blok", "Nama blok", 1] = "Blok Selundupan"
    buku["Tarif", "Lokasi", 2], buku["Tarif", "Lantai", 2] = "3319-RSN-01", 2
    buku["Tarif", "Satuan", 2], buku["Tarif", "Tarif per bulan (Rp)", 2] = "per unit", 5
    buku["Rusun", "Nama", 2], buku["Rusun", "Jenis", 2] = "Lokasi selundupan", "Rusun"
    buku["Penghuni", "Penghasilan per bulan (Rp)", 1] = 3_000_000
    impor = send(buku, operator_penghuni)
    assert (impor.kesalahan, impor.sel_berubah, impor.baru, impor.diabaikan) == (0, 3, 0, 4)
    press("terapkan", impor, operator_penghuni)
    fresh = Rusun.objects.get()
    assert (fresh.jumlah_kk, fresh.jumlah_jiwa, fresh.daftar_tunggu, fresh.alamat) == (81, 250, 12, "")
    assert (Blok.objects.get().nama, Tarif.objects.count()) == ("Blok A", 1)
    assert Penghuni.objects.get(nama="Budi").penghasilan == 3_000_000


def test_a_full_number_never_leaves_the_cells(send, buku, operator_penghuni, masuk_sebagai, caplog):
    """In the wrong column, with blanks, doubled, or damaged: no message, page or stored column tells it."""
    buku["Penghuni", "Nama kepala keluarga", 3], buku["Penghuni", "NIK", 3] = f"Wati {NIK_BARU}", NIK_BARU
    buku["Penghuni", "Nama kepala keluarga", 4], buku["Penghuni", "NIK", 4] = "Joko", "3319 0142 0895 0003"
    buku["Penghuni", "Jenis kelamin", 3] = NIK_BARU
    buku["Penghuni", "Nomor unit", 4] = NIK_BARU
    buku["Blok", "Konfigurasi", 1] = f"NIK {NIK_BARU}"
    buku["Rusun", "Kontak kantor pengelola", 1] = "x" * 60 + NIK_BARU
    impor = send(buku, operator_penghuni)
    assert impor.kesalahan >= 4
    html = page(masuk_sebagai, operator_penghuni, impor)
    row = Impor.objects.filter(pk=impor.pk).values().get()
    told = [html, str({**row, "hasil": impor.hasil.reveal()}), caplog.text]
    reply = Buku(read_sealed(impor.balasan)).book
    told += [str(cell.value) for line in reply["Hasil pemeriksaan"].iter_rows() for cell in line]
    told += [cell.comment.text for sheet in reply for line in sheet.iter_rows() for cell in line if cell.comment]
    assert [text for text in told if NIK_BARU in text.replace(" ", "")] == []
    assert path_of(impor.berkas).read_bytes().find(NIK_BARU.encode()) == -1


def test_nik_of_another_region_is_told_without_saying_where(send, press, buku, semarang, operator_penghuni):
    other = Penghuni.objects.create(kabupaten_kota=semarang, nama="Rahasia", nik=NIK_BARU, diubah=timezone.now())
    buku["Penghuni", "Nama kepala keluarga", 3], buku["Penghuni", "NIK", 3] = "Wati", NIK_BARU
    impor = send(buku, operator_penghuni)
    told = impor.hasil.reveal()
    assert ("juga tercatat di daerah lain" in told, "Semarang" in told, "Rahasia" in told) == (True, False, False)
    press("terapkan", impor, operator_penghuni)
    other.refresh_from_db()
    assert (other.nama, other.versi) == ("Rahasia", 1)
    assert Penghuni.objects.with_nik(NIK_BARU).count() == 2


def test_files_go_after_the_retention_setting_and_the_history_stays(send, buku, operator_penghuni, masuk_sebagai):
    buku["Rusun", "Daftar tunggu", 1] = "x"
    impor = send(buku, operator_penghuni)
    places = [impor.berkas, impor.balasan]
    assert prune(timezone.now() + datetime.timedelta(days=364)) == 0
    assert prune(timezone.now() + datetime.timedelta(days=366)) == 1
    assert [path_of(place).exists() for place in places] == [False, False]
    impor.refresh_from_db()
    assert (impor.berkas, impor.kesalahan) == ("", 1)
    client = masuk_sebagai(operator_penghuni)
    assert client.get(reverse("impor:unduh_asli", args=[impor.pk])).status_code == 404
    assert client.get(impor.get_absolute_url()).status_code == 200


def test_files_nobody_named_go_after_a_day_but_not_those_of_another_database(send, buku, operator_penghuni):
    tomorrow = timezone.now() + datetime.timedelta(days=2)
    send(buku, operator_penghuni)
    left = path_of(write_sealed("impor", b"sisa"))
    prune(tomorrow)
    assert not left.exists()
    theirs = [path_of(write_sealed("impor", b"milik basis data lain")) for _ in range(2)]
    with pytest.raises(NotAPair, match="2 berkas tidak dikenal"):
        prune(tomorrow)
    assert all(path.exists() for path in theirs)


def test_work_that_fails_says_so_and_can_be_taken_up_again(send, press, buku, operator_penghuni, masuk_sebagai):
    impor = send(buku, operator_penghuni)
    path_of(impor.berkas).rename(path_of(impor.berkas).with_suffix(".hilang"))
    Impor.objects.filter(pk=impor.pk).update(status=StatusImpor.DIUNGGAH)
    work(impor.pk)
    impor.refresh_from_db()
    assert impor.status == StatusImpor.GAGAL
    path_of(impor.berkas).with_suffix(".hilang").rename(path_of(impor.berkas))
    press("lanjutkan", impor, operator_penghuni)
    assert impor.status == StatusImpor.NIHIL


def test_a_page_that_waits_is_told_when_the_work_was_cut_off(send, buku, operator_penghuni, masuk_sebagai):
    impor = send(buku, operator_penghuni)
    client, url = masuk_sebagai(operator_penghuni), reverse("impor:kemajuan", args=[impor.pk])
    Impor.objects.filter(pk=impor.pk).update(status=StatusImpor.DIUNGGAH, tahap="Membaca berkas")
    waiting = client.get(url)
    assert (waiting.status_code, b"Membaca berkas" in waiting.content, len(waiting.content) < 1024) == (200, True, True)
    long_ago = timezone.now() - datetime.timedelta(minutes=1)
    Impor.objects.filter(pk=impor.pk).update(diunggah_pada=long_ago)
    cut = client.get(url)
    assert (cut.status_code, cut.headers["HX-Refresh"]) == (204, "true")
    assert "Pekerjaan terputus" in page(masuk_sebagai, operator_penghuni, impor)


@pytest.mark.parametrize("name", ["terapkan", "batalkan"])
def test_a_button_pressed_twice_decides_once(send, buku, operator_penghuni, masuk_sebagai, name):
    from core.idempotency import new_key

    buku["Rusun", "Daftar tunggu", 1] = 5
    impor = send(buku, operator_penghuni)
    client, key = masuk_sebagai(operator_penghuni), str(new_key())
    url = reverse(f"impor:{name}", args=[impor.pk])
    first, second = (client.post(url, {"kunci_formulir": key}) for _ in range(2))
    assert first.url == second.url
    impor.refresh_from_db()
    assert impor.status == {"terapkan": StatusImpor.DISETUJUI, "batalkan": StatusImpor.DIBATALKAN}[name]


def test_a_file_beyond_ten_megabytes_is_refused_before_it_is_kept(masuk_sebagai, operator, isian, settings):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from core.idempotency import new_key

    data = {"kunci_formulir": str(new_key()), "berkas": SimpleUploadedFile("b.xlsx", b"PK" + bytes(30 * 1024 * 1024))}
    response = masuk_sebagai(operator).post(reverse("impor:daerah", args=["33.19"]), data)
    assert response.status_code == 422
    assert "lebih besar dari 10 MB" in response.content.decode()
    assert (Impor.objects.count(), settings.MEDIA_ROOT.exists()) == (0, False)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_history_asks_the_same_number_of_questions(
    send, buku, operator_penghuni, masuk_sebagai, rows, django_assert_num_queries
):
    for _ in range(rows):
        send(buku, operator_penghuni)
    client = masuk_sebagai(operator_penghuni)
    with django_assert_num_queries(10):
        assert client.get(reverse("impor:daerah", args=["33.19"])).status_code == 200
