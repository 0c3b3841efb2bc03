"""The board: states, timeliness and the province's own reply time; page, filter and workbook say the same."""

import datetime
import io

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from core.models import KabupatenKota, Pengguna
from monitoring.enums import Gerak, StatusIsian
from monitoring.isian.workflow import apply_move
from monitoring.models import Isian
from monitoring.periode.papan import SARINGAN, build_papan, replies_of, reply_time
from monitoring.periode.pengecualian import grant_exception
from rusun.models import Rusun
from tests.factories import make_isian, make_periode, make_rusun

HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
T0 = datetime.datetime(2026, 3, 2, 3, tzinfo=datetime.UTC)


def moves(*steps):
    return [(gerak, T0 + hours * HOUR) for gerak, hours in steps]


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ([("mulai", 0)], []),
        ([("mulai", 0), ("kirim", 5)], [(None, 95)]),
        ([("kirim", 0), ("mulai_verifikasi", 1), ("verifikasi", 30)], [(30, 30)]),
        ([("kirim", 0), ("kembalikan", 10), ("kirim", 40), ("verifikasi", 43)], [(10, 10), (43, 3)]),
        ([("kirim", 0), ("tarik", 2), ("kirim", 50), ("kembalikan", 60)], [(60, 10)]),
        ([("kirim", 0), ("tarik", 2)], []),
        ([("kirim", 0), ("verifikasi", 4), ("buka_kembali", 80), ("kirim", 90)], [(4, 4), (None, 10)]),
        ([("kirim", 9), ("verifikasi", 4)], [(4, 0)]),  # the server's clock was set back
    ],
)
def test_a_reply_runs_from_each_sending_to_the_first_answer(history, expected):
    replies = replies_of(moves(*history), T0 + 100 * HOUR)
    assert [(row.dibalas and (row.dibalas - T0) // HOUR, row.lama // HOUR) for row in replies] == expected


@pytest.mark.parametrize(
    ("history", "teks", "keterangan"),
    [
        ([], "-", "Belum ada kiriman."),
        ([("kirim", 0), ("verifikasi", 30)], "baru 1 kiriman", "1 hari 6 jam."),
        ([("kirim", 90)], "baru 1 kiriman", "10 jam, masih menunggu."),
        (
            [("kirim", 0), ("kembalikan", 10), ("kirim", 40), ("kembalikan", 42), ("kirim", 60)],
            "10 jam",
            "Median dari 3 kiriman, 1 masih menunggu.",
        ),
    ],
)
def test_the_median_says_what_it_rests_on_and_is_no_average_of_one(history, teks, keterangan):
    figure = reply_time(replies_of(moves(*history), T0 + 100 * HOUR))
    assert (figure.teks, figure.keterangan) == (teks, keterangan)


# --- A period with a row of every kind -------------------------------------------------------------------------------

STATES = ("belum_mulai", "diisi", "terkirim", "perlu_perbaikan", "terverifikasi")


@pytest.fixture
def periode(db, time_machine, koordinator, verifikator):
    """Five kabupaten/kota, one in each state; the sent one (33.03) was late; seen after the last day."""
    time_machine.move_to(T0, tick=False)
    regions, operators = [], []
    for number, _ in enumerate(STATES, start=1):
        daerah = KabupatenKota.objects.create(
            kode=f"33.0{number}", nama=f"Kabupaten {number}", jenis="kabupaten", ibu_kota="-", baris=number, kolom=1
        )
        regions.append(daerah)
        operators.append(
            Pengguna.objects.create(
                username=f"op{number}", nama=f"Operator {number}", peran="operator", password="!", kabupaten_kota=daerah
            )
        )
        make_rusun(daerah, tanggal_data=T0.date())
    periode = make_periode(koordinator, *regions)
    for operator, status in zip(operators, STATES, strict=True):
        if status != "terkirim":
            make_isian(periode, operator, verifikator, status)
    time_machine.move_to(T0 + 8 * DAY, tick=False)
    make_isian(periode, operators[2], verifikator, "terkirim")
    time_machine.move_to(T0 + 20 * DAY, tick=False)
    return periode


def test_counts_are_the_rows_behind_them(periode, verifikator):
    papan = build_papan(periode, verifikator, timezone.now())
    assert papan.hitungan == {
        "belum_mulai": 1, "diisi": 1, "terkirim": 1, "perlu_perbaikan": 1, "terverifikasi": 1,
        "belum_mengirim": 2, "tepat_waktu": 2, "terlambat": 1, "lewat_batas": 3,
    }  # fmt: skip
    assert sum(papan.hitungan[status] for status in StatusIsian.values) == len(papan.baris) == 5
    names = {kode: [baris.nama[-1] for baris in papan.rows_in(kode)] for kode in SARINGAN}
    assert names == {
        "belum_mulai": ["1"], "diisi": ["2"], "terkirim": ["3"], "perlu_perbaikan": ["4"], "terverifikasi": ["5"],
        "belum_mengirim": ["1", "2"], "tepat_waktu": ["4", "5"], "terlambat": ["3"], "lewat_batas": ["1", "2", "4"],
    }  # fmt: skip


def test_a_row_tells_state_sending_remarks_and_reply(periode, verifikator):
    sent, returned = build_papan(periode, verifikator, timezone.now()).baris[2:4]
    assert (sent.kiriman, sent.dikirim_pada, sent.sisa_hari, sent.ketepatan) == (1, T0 + 8 * DAY, None, "terlambat")
    assert sent.waktu_jawab == "menunggu 12 hari"
    assert (returned.catatan_terbuka, returned.sisa, returned.sela) == (1, "lewat 20 hari", "1 catatan terbuka")
    assert returned.waktu_jawab == "dijawab dalam 0 menit"


def test_a_withdrawn_sending_counts_as_not_sent_and_waits_for_nobody(periode, verifikator, time_machine):
    time_machine.move_to(T0 + 9 * DAY, tick=False)
    isian = Isian.objects.get(kabupaten_kota="33.03")
    apply_move(isian, Gerak.TARIK, Pengguna.objects.get(username="op3"))
    papan = build_papan(periode, verifikator, timezone.now())
    assert (papan.hitungan["belum_mengirim"], papan.hitungan["terlambat"]) == (3, 0)
    assert papan.baris[2].balasan == ()


def test_an_excepted_sending_stays_late(periode, verifikator, koordinator, time_machine):
    isian = Isian.objects.get(kabupaten_kota="33.02")
    grant_exception(isian, timezone.localdate() + 2 * DAY, "Banjir.", koordinator)
    Rusun.objects.filter(kabupaten_kota="33.02").update(tanggal_data=timezone.localdate())
    apply_move(isian, Gerak.KIRIM, Pengguna.objects.get(username="op2"))
    assert build_papan(periode, verifikator, timezone.now()).baris[1].ketepatan == "terlambat"


def test_an_operator_sees_the_own_row_only(periode, masuk_sebagai):
    page = masuk_sebagai(Pengguna.objects.get(username="op4")).get(periode.get_absolute_url())
    assert [baris.kode for baris in page.context["papan"].baris] == ["33.04"]
    assert "Kabupaten 5" not in page.content.decode()


@pytest.mark.parametrize("kode", ["", *SARINGAN, "ngawur"])
def test_cards_table_and_workbook_show_the_same_figures(periode, verifikator, masuk_sebagai, kode):
    client = masuk_sebagai(verifikator)
    query = {"status": kode} if kode else {}
    page = client.get(periode.get_absolute_url(), query)
    cards = {card.label: card.jumlah for group in page.context["kartu"].values() for card in group}
    shown = [baris.kode for baris in page.context["baris"]]
    response = client.get(f"{periode.get_absolute_url()}papan.xlsx", query)
    book = load_workbook(io.BytesIO(response.content))
    rows = [row for row in book["Papan"].iter_rows(values_only=True) if str(row[0]).startswith("33.")]
    figures = {row[0]: row[1] for row in book["Ringkasan"].iter_rows(values_only=True) if row[0] in cards}
    assert [row[0] for row in rows] == shown
    assert figures == cards
    assert len(shown) == (cards[SARINGAN[kode].label] if kode in SARINGAN else 5)


def test_a_card_leads_to_its_rows_and_the_chosen_one_back(periode, verifikator, masuk_sebagai):
    client = masuk_sebagai(verifikator)
    page = client.get(periode.get_absolute_url()).context["kartu"]["keadaan"][2]
    assert (page.url, page.aktif) == (f"{periode.get_absolute_url()}?status=terkirim#baris", False)
    chosen = client.get(page.url).context["kartu"]["keadaan"][2]
    assert (chosen.url, chosen.aktif) == (f"{periode.get_absolute_url()}#baris", True)


def test_text_stays_text_in_the_workbook_and_every_figure_is_explained(
    periode, verifikator, koordinator, masuk_sebagai
):
    isian = Isian.objects.get(kabupaten_kota="33.01")
    grant_exception(isian, timezone.localdate() + DAY, '=HYPERLINK("http://x")', koordinator)
    response = masuk_sebagai(verifikator).get(f"{periode.get_absolute_url()}papan.xlsx")
    book = load_workbook(io.BytesIO(response.content))
    formulas = [c for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    assert formulas == []
    explained = {row[0] for row in book["Keterangan"].iter_rows(values_only=True)}
    figures = {row[0] for row in book["Ringkasan"].iter_rows(min_row=5, values_only=True)} - {"Angka", None}
    assert figures <= explained
    assert response["Content-Disposition"] == 'attachment; filename="papan-desk-uji.xlsx"'
