"""What cells and rows are told: harmless dialects are read, damage is named at its cell, people keep their rows."""

import datetime
import io

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from core.sealed import Sealed
from core.versions import touch
from monitoring.impor.templat import template_for
from penghuni.hunian import move_in, move_out
from penghuni.models import Hunian, Penghuni
from rusun.models import Blok, Rusun
from tests.factories import make_rusun

from .conftest import DAHULU, NIK_BARU, NIK_BUDI, NIK_SARI, Buku

P, R, B = "Penghuni", "Rusun", "Blok"
TEMPAT = "Rusunawa Bakalankrapyak / Blok A"


def told(rencana, *, stops=True):
    """(rule, cell) of every finding."""
    return [(f.kode, f"{f.lembar}!{f.sel}") for f in rencana.temuan if f.stops == stops]


def changes(rencana):
    return [(c.lembar, c.kolom, c.lama, c.baru) for outcome in rencana.hasil for c in outcome.berubah]


DAMAGE = [
    ("NIK", 3374014107900001, "S-10"),
    ("NIK", 3.31e15, "S-10"),
    ("NIK", "3,31E+15", "S-09"),
    ("NIK", "33190142", "S-09"),
    ("NIK", "3319019908950003", "S-09"),
    ("NIK", "=A1", "S-01"),
    ("No KK", "1234", "S-09"),
    ("Telepon", "kantor", "S-09"),
    ("Tanggal lahir", "31 Februari 1990", "S-05"),
    ("Tanggal lahir", "12-1990", "S-05"),
    ("Tanggal lahir", 99999999, "S-05"),
    ("Penghasilan per bulan (Rp)", "#REF!", "S-02"),
    ("Penghasilan per bulan (Rp)", "1,5 juta", "S-04"),
    ("Penghasilan per bulan (Rp)", -5, "S-04"),
    ("Penghasilan per bulan (Rp)", 10**14, "S-04"),
    ("Jumlah anggota keluarga", 2.5, "S-04"),
    ("Jumlah anggota keluarga", datetime.date(2020, 2, 1), "S-03"),
    ("Nomor unit", datetime.date(2020, 2, 1), "S-03"),
    ("Jenis kelamin", "Pria", "S-06"),
    ("Jenis kelamin", True, "S-06"),
    ("Nama kepala keluarga", "x" * 201, "S-07"),
    ("Tempat lahir", "a_x0000_b", "S-07"),
    ("Nama kepala keluarga", None, "S-08"),
    ("Lokasi dan blok", "Rusunawa Lain / Blok Z", "B-02"),
]


def test_damage_is_named_at_its_cell_and_keeps_the_row_out(buku, plan):
    expected = []
    for number, (title, value, kode) in enumerate(DAMAGE, start=3):
        buku[P, "Nama kepala keluarga", number], buku[P, "Kabupaten/kota asal", number] = f"Warga {number}", "Demak"
        buku[P, title, number] = value
        if value == "#REF!":
            buku.place(P, title, number).data_type = "e"
        expected.append((kode, f"Penghuni!{buku.ref(P, title, number)}"))
    rencana = plan(buku)
    assert told(rencana) == expected
    assert (rencana.hasil[-1].baris_salah, rencana.hasil[-1].sama, rencana.writes) == (len(DAMAGE), 2, False)


DIALECTS = [
    ("Tanggal lahir", "1 Juli 1990", "tanggal_lahir", datetime.date(1990, 7, 1)),
    ("Tanggal lahir", "01/07/1990", "tanggal_lahir", datetime.date(1990, 7, 1)),
    ("Tanggal lahir", 33055, "tanggal_lahir", datetime.date(1990, 7, 1)),
    ("Tanggal lahir", datetime.datetime(1990, 7, 1, 13, 30), "tanggal_lahir", datetime.date(1990, 7, 1)),
    ("Penghasilan per bulan (Rp)", "Rp3.000.000,00", "penghasilan", 3_000_000),
    ("Penghasilan per bulan (Rp)", 3_000_000.0, "penghasilan", 3_000_000),
    ("Jenis kelamin", "  PEREMPUAN ", "jenis_kelamin", "p"),
    ("Jenis kelamin", "p", "jenis_kelamin", "p"),
    ("Tempat lahir", 12, "tempat_lahir", "12"),
    ("Telepon", 81234567890, "telepon", Sealed("081234567890")),
    ("Telepon", "+62 812-3456-7890", "telepon", Sealed("081234567890")),
    ("NIK", f"'{NIK_BARU}", "nik", Sealed(NIK_BARU)),
    ("Tempat lahir", "Kudus\u202e\u200b", "tempat_lahir", "Kudus"),
    ("Tempat lahir", "+62", "tempat_lahir", "+62"),
    ("Tempat lahir", "@SUM(A1)", "tempat_lahir", "@SUM(A1)"),
]


def test_harmless_dialects_are_read(buku, plan):
    for number, (title, value, _, _) in enumerate(DIALECTS, start=3):
        buku[P, "Nama kepala keluarga", number] = f"Warga {number}"
        buku[P, title, number] = value
    rencana = plan(buku)
    assert told(rencana) == []
    read = [getattr(row, kolom) for row, (_, _, kolom, _) in zip(rencana.penghuni.penghuni_baru, DIALECTS, strict=True)]
    assert read == [expected for *_, expected in DIALECTS]
    noted = {kode for kode, _ in told(rencana, stops=False)}
    assert noted == {"S-20", "S-21"}


def test_a_whole_number_may_stand_where_decimals_may(buku, plan):
    buku[R, "Lebar jalan akses (m)", 1], buku[R, "Jarak ke pusat kota (km)", 1] = 4, "2,5"
    rencana = plan(buku)
    assert (told(rencana), [change[3] for change in changes(rencana)]) == ([], ["2,5", "4"])


def test_masked_and_blank_numbers_say_nothing_new_and_full_ones_are_compared(buku, plan):
    assert buku[P, "NIK", 1] == "3319**********02"
    buku[P, "NIK", 1] = None
    buku[P, "NIK", 2] = f"{NIK_SARI[:4]} {NIK_SARI[4:]}"
    assert plan(buku).writes is False
    buku[P, "NIK", 2] = NIK_BARU
    assert changes(plan(buku)) == [(P, "NIK", "tercatat", "3319**********03")]


def test_a_masked_number_cannot_make_a_new_household(buku, plan):
    buku[P, "Nama kepala keluarga", 3], buku[P, "NIK", 3] = "Wati", "3319**********03"
    assert told(plan(buku)) == [("S-09", f"Penghuni!{buku.ref(P, 'NIK', 3)}")]


def test_a_row_that_becomes_somebody_else_is_stopped(buku, plan):
    """Pasting an own list over the template must not turn one household into another."""
    buku[P, "Nama kepala keluarga", 1], buku[P, "NIK", 1] = "Wati", NIK_BARU
    rencana = plan(buku)
    assert [kode for kode, _ in told(rencana)] == ["N-02"]


def test_rows_in_any_order_and_pasted_without_keys_find_their_households(buku, plan):
    """Sorted, or copied into a template from an own list: by key, by NIK, by name and unit."""
    page = buku.book[P]
    for row, (nama, nik, unit) in enumerate((("Sari", NIK_SARI, "A-101"), ("Budi", None, "a-102")), start=1):
        page.cell(4 + row, 1).value = None
        buku[P, "Nama kepala keluarga", row], buku[P, "NIK", row] = nama, nik
        buku[P, "Nomor unit", row] = unit
        buku[P, "Jenis kelamin", row] = "Perempuan" if nama == "Sari" else "Laki-laki"
    rencana = plan(buku)
    assert (told(rencana), rencana.writes, rencana.hasil[-1].sama) == ([], False, 2)


def test_a_copied_row_with_its_key_is_a_row_of_its_own(buku, plan):
    page = buku.book[B]
    for column in range(1, 16):
        page.cell(6, column).value = page.cell(5, column).value
    buku[B, "Nama blok", 2] = "Blok B"
    rencana = plan(buku)
    assert [row.nama for row in rencana.hasil[1].baru] == ["Rusunawa Bakalankrapyak, Blok B"]


@pytest.mark.parametrize("letak", [2, 9])
def test_the_same_twice_in_one_file_is_told_at_the_second(buku, plan, letak):
    for title, value in (("Nama kepala keluarga", "Wati"), ("NIK", NIK_BARU)):
        buku[P, title, 3] = value
        buku[P, title, 3 + letak] = value
    rencana = plan(buku)
    assert told(rencana) == [("N-01", f"Penghuni!{buku.ref(P, 'NIK', 3 + letak)}")]
    assert len(rencana.hasil[-1].baru) == 1


def test_rules_between_cells_are_those_of_the_forms(buku, plan):
    buku[B, "Terhuni", 1] = 500
    buku[R, "Jumlah jiwa", 1] = 3
    buku[R, "Tahun selesai dibangun", 1], buku[R, "Tahun mulai dihuni", 1] = 2020, 2010
    buku[R, "Lintang", 1] = 48.85
    buku[P, "Jumlah anggota keluarga", 1], buku[P, "Anak di bawah 18 tahun", 1] = 2, 3
    rencana = plan(buku)
    assert {kode for kode, _ in told(rencana)} == {"B-03", "G-02", "G-07"}
    assert {sel for _, sel in told(rencana)} >= {
        f"Blok!{buku.ref(B, 'Terhuni', 1)}", f"Rusun!{buku.ref(R, 'Jumlah jiwa', 1)}",
        f"Penghuni!{buku.ref(P, 'Anak di bawah 18 tahun', 1)}",
    }  # fmt: skip
    assert rencana.writes is False


def test_what_would_stop_sending_afterwards_is_a_warning(buku, plan):
    buku[R, "Sebab kosong: rusak", 1] = 40
    buku[R, "Kecamatan", 1] = None
    rencana = plan(buku)
    assert [kode for kode, _ in told(rencana, stops=False)] == ["W-01", "G-01"]
    assert told(rencana) == []


def test_a_cleared_row_and_a_missing_row_remove_nobody(buku, plan):
    page = buku.book[P]
    for column in range(2, 61):
        page.cell(5, column).value = None
    rencana = plan(buku)
    assert (rencana.hasil[-1].hilang, rencana.writes, told(rencana)) == (["Budi"], False, [])


def test_reordered_columns_hidden_rows_extra_columns_and_one_sheet_alone_are_taken(buku, plan):
    page = buku.book[P]
    page.move_range("C3:C40", cols=55)
    page.insert_cols(2)
    page.row_dimensions[6].hidden = True
    page.merge_cells("B1:F1")
    page["BH4"].value, page["BH5"].value = "Catatan UPTD", "cek lagi"
    page.column_dimensions["A"].hidden = False
    for name in ("Petunjuk", "Rusun", "Blok", "Tarif", "Permasalahan"):
        del buku.book[name]
    found = next(cell for cell in page[4] if cell.value == "Penghasilan per bulan (Rp)")
    page.cell(6, found.column).value = 1_000_000
    rencana = plan(buku)
    assert told(rencana) == []
    assert changes(rencana) == [(P, "Penghasilan per bulan (Rp)", "Rp2.500.000", "Rp1.000.000")]
    assert [kode for kode, _ in told(rencana, stops=False)] == ["L-01"]


def test_a_sheet_moved_to_a_workbook_of_its_own_is_still_known(buku, plan):
    del buku.book["_templat"]
    del buku.book["Rusun"]
    buku[P, "Penghasilan per bulan (Rp)", 1] = 1_000_000
    assert changes(plan(buku)) == [(P, "Penghasilan per bulan (Rp)", "Rp2.500.000", "Rp1.000.000")]


# --- Older than the system ------------------------------------------------------------------------------------------


def test_what_the_system_changed_after_the_template_is_kept(buku, plan, lokasi, operator):
    lokasi.refresh_from_db()
    lokasi.daftar_tunggu, lokasi.alamat = 99, "Jalan Baru"
    touch(lokasi, operator)
    lokasi.save()
    rencana = plan(buku)
    assert (told(rencana), changes(rencana)) == ([], [])
    assert [kode for kode, _ in told(rencana, stops=False)] == ["B-20", "B-20"]


def test_a_cell_changed_on_both_sides_is_a_conflict_and_the_others_are_taken(buku, plan, lokasi, operator):
    buku[R, "Daftar tunggu", 1] = 50
    buku[B, "Ada lift", 1] = "Ya"
    lokasi.refresh_from_db()
    lokasi.daftar_tunggu = 99
    touch(lokasi, operator)
    lokasi.save()
    rencana = plan(buku)
    assert told(rencana) == [("B-04", f"Rusun!{buku.ref(R, 'Daftar tunggu', 1)}")]
    assert [change[:2] for change in changes(rencana)] == [(B, "Ada lift")]


def test_residents_moved_in_the_system_meanwhile_stay_where_they_are(buku, plan, warga, blok, operator_penghuni):
    sari, budi = warga
    move_out(Hunian.objects.get(penghuni=sari), datetime.date(2022, 1, 1), "keluarga", operator_penghuni)
    move_out(Hunian.objects.get(penghuni=budi), datetime.date(2022, 1, 1), "", operator_penghuni)
    move_in(budi, blok, "B-9", datetime.date(2022, 1, 1), operator_penghuni)
    rencana = plan(buku)
    assert (told(rencana), changes(rencana)) == ([], [])
    assert [kode for kode, _ in told(rencana, stops=False)] == ["B-20", "B-20"]


def test_a_row_deleted_in_the_system_is_not_made_again(buku, plan, lokasi):
    lokasi.tarif.all().delete()
    assert [kode for kode, _ in told(plan(buku))] == ["B-05"]


# --- Who lives where ------------------------------------------------------------------------------------------------


def row(buku, number, **cells):
    titles = {"nama": "Nama kepala keluarga", "tempat": "Lokasi dan blok", "unit": "Nomor unit",
              "mulai": "Mulai tinggal", "keluar": "Tanggal keluar", "ke": "Pindah ke", "nik": "NIK"}  # fmt: skip
    for name, value in cells.items():
        buku[P, titles[name], number] = value


STAYS = [
    ({"tempat": TEMPAT, "unit": "A-101", "mulai": DAHULU}, "H-01", "Nomor unit"),
    ({"tempat": TEMPAT, "unit": "A-9"}, "H-03", "Mulai tinggal"),
    ({"tempat": TEMPAT, "mulai": DAHULU}, "H-03", "Nomor unit"),
    ({"unit": "A-9", "mulai": DAHULU}, "H-03", "Lokasi dan blok"),
    ({"tempat": TEMPAT, "unit": "A-9", "mulai": "01/01/2099"}, "H-02", "Mulai tinggal"),
    ({"tempat": TEMPAT, "unit": "A-9", "mulai": DAHULU, "keluar": DAHULU}, "H-02", "Tanggal keluar"),
]


def test_a_stay_that_cannot_be_is_told_at_its_cell(buku, plan):
    for number, (cells, _, _) in enumerate(STAYS, start=3):
        row(buku, number, nama=f"Warga {number}", **cells)
    expected = [(kode, f"Penghuni!{buku.ref(P, title, n)}") for n, (_, kode, title) in enumerate(STAYS, start=3)]
    assert told(plan(buku)) == expected


@pytest.mark.parametrize(
    ("cells", "kode", "title"),
    [
        ({"unit": "A-9"}, "H-02", "Mulai tinggal"),
        ({"unit": "A-9", "mulai": "01/01/2000"}, "H-02", "Mulai tinggal"),
        ({"unit": "A-101", "mulai": "01/01/2022"}, "H-01", "Nomor unit"),
        ({"keluar": "01/01/2022"}, "H-03", "Pindah ke"),
        ({"keluar": "01/01/2000", "ke": "Rumah keluarga"}, "H-02", "Tanggal keluar"),
        ({"tempat": None, "unit": None}, "H-03", "Lokasi dan blok"),
    ],
)
def test_a_move_that_cannot_be_is_told_at_its_cell(buku, plan, cells, kode, title):
    row(buku, 1, **cells)
    assert told(plan(buku)) == [(kode, f"Penghuni!{buku.ref(P, title, 1)}")]


def test_two_households_change_units_and_a_third_moves_in(buku, send, press, operator_penghuni, warga):
    pindah = datetime.date(2022, 3, 1)
    row(buku, 1, unit="A-101", mulai=pindah)
    row(buku, 2, unit="A-999", mulai=pindah)
    row(buku, 3, nama="Wati", tempat=TEMPAT, unit="A-102", mulai=pindah)
    impor = send(buku, operator_penghuni)
    assert (impor.kesalahan, impor.baru, impor.sel_berubah) == (0, 1, 2)
    press("terapkan", impor, operator_penghuni)
    living = Hunian.objects.open().order_by("nomor_unit").values_list("penghuni__nama", "nomor_unit", "mulai")
    assert list(living) == [("Budi", "A-101", pindah), ("Wati", "A-102", pindah), ("Sari", "A-999", pindah)]
    assert Hunian.objects.filter(selesai=pindah).count() == 2


def test_who_may_not_leave_keeps_the_unit_and_turns_the_next_one_away(buku, plan):
    row(buku, 1, unit="A-101", mulai=datetime.date(2022, 3, 1))
    row(buku, 2, unit="A-999", mulai="31 Februari 2022")
    assert [kode for kode, _ in told(plan(buku))] == ["H-01", "S-05"]


def test_shared_units_hold_as_many_as_they_may(buku, plan, blok):
    Blok.objects.filter(pk=blok.pk).update(pola_hunian="perorangan", kapasitas_unit=2)
    for number in (3, 4, 5):
        row(buku, number, nama=f"Pekerja {number}", tempat=TEMPAT, unit="C-1", mulai=DAHULU)
    assert told(plan(buku)) == [("H-01", f"Penghuni!{buku.ref(P, 'Nomor unit', 5)}")]


def test_warnings_about_a_number_keep_nobody_out(buku, plan):
    row(buku, 3, nama="Wati", nik="5101014208950003")
    buku[P, "Jenis kelamin", 3], buku[P, "Tanggal lahir", 3] = "Laki-laki", "02/08/1996"
    rencana = plan(buku)
    assert (told(rencana), len(rencana.hasil[-1].baru)) == ([], 1)
    assert [kode for kode, _ in told(rencana, stops=False)] == ["N-20"] * 3


# --- The template -----------------------------------------------------------------------------------------------------


def test_a_template_is_pre_filled_stamped_and_ready_to_be_filled_in(buku):
    book = buku.book
    assert book.sheetnames == ["Petunjuk", "Rusun", "Blok", "Tarif", "Permasalahan", "Penghuni", "_templat", "_daftar"]
    assert [book[name].sheet_state for name in ("_daftar", "_templat")] == ["veryHidden"] * 2
    assert book["_templat"]["A1"].value.startswith("DESK-RUSUN|1|33.19|desk-uji|")
    assert (buku[B, "Konfigurasi", 1], buku[B, "Jumlah unit", 1]) == ("Twin block", 96)
    for sheet, title in ((B, "Konfigurasi"), (P, "NIK"), (R, "Daftar tunggu")):
        assert buku.place(sheet, title, 1).protection.locked is False
    assert [buku.place(P, title, 1).number_format for title in ("NIK", "No KK", "Telepon")] == ["@"] * 3
    assert [book[name].freeze_panes for name in (R, B, P)] == ["C5", "C5", "C5"]
    assert all(buku.book[name].column_dimensions["A"].hidden for name in (R, B, P))
    rules = {rule.type for rule in book[P].data_validations.dataValidation}
    assert rules == {"list", "date", "whole", "textLength"}
    lists = {rule.formula1 for rule in book[B].data_validations.dataValidation if rule.type == "list"}
    assert lists <= set(book.defined_names)
    assert "Wajib diisi" in book[B]["B4"].comment.text
    assert [sheet.title for sheet in book if sheet.protection.sheet] == ["Petunjuk"]


def test_a_template_holds_no_full_number(buku):
    texts = [str(cell.value) for sheet in buku.book for line in sheet.iter_rows() for cell in line if cell.value]
    assert [text for text in texts if NIK_SARI in text or NIK_BUDI in text] == []


def test_a_name_that_begins_like_a_formula_stays_a_text(kudus, isian, plan):
    Rusun.objects.update(nama="=HYPERLINK(1)", alamat="@SUM(A1)")
    make_rusun(kudus, nama="-2+3")
    content = template_for(kudus, None).isi
    book = load_workbook(io.BytesIO(content))
    kinds = {cell.data_type for sheet in book for line in sheet.iter_rows() for cell in line}
    assert "f" not in kinds
    assert plan(content).writes is False


def test_a_template_asks_the_same_number_of_questions_for_one_and_three_households(
    kudus, isian, warga, blok, operator_penghuni, django_assert_max_num_queries
):
    with django_assert_max_num_queries(16):
        template_for(kudus, None)
    for number in range(3):
        penghuni = Penghuni.objects.create(kabupaten_kota=kudus, nama=f"W{number}", diubah=timezone.now())
        move_in(penghuni, blok, f"D-{number}", DAHULU, operator_penghuni)
    with django_assert_max_num_queries(16):
        template_for(kudus, None)


def test_buku_helper_reads_what_it_wrote(buku):
    buku[P, "NIK", 1] = "x"
    assert Buku(buku.content())[P, "NIK", 1] == "x"
