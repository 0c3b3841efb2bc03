"""Two people at one section: what becomes of each field. Plain values."""

import pytest

from rusun.bentrok import merge


@pytest.mark.parametrize(
    ("dasar", "saya", "kini", "isi", "bentrok", "diambil"),
    [
        ("10", "10", "10", "10", False, False),
        ("10", "12", "10", "12", False, False),  # only I changed it
        ("10", "10", "11", "11", False, True),  # only the other did
        ("10", "12", "12", "12", False, False),  # both, to the same
        ("10", "12", "11", "12", True, False),  # both: I am asked
        ("10", "", "11", "", True, False),
        ("", "12", "", "12", False, False),
    ],
)
def test_each_side_of_a_field(dasar, saya, kini, isi, bentrok, diambil):
    joined = merge({"kk": dasar}, {"kk": saya}, {"kk": kini})
    assert joined.isi == {"kk": isi}
    assert joined.bentrok == (("kk",) if bentrok else ())
    assert joined.diambil == (("kk",) if diambil else ())


def row(pk, nama, terhuni, hapus=""):
    return {f"blok|{pk}|nama": nama, f"blok|{pk}|terhuni": terhuni, f"blok|{pk}|DELETE": hapus}


def test_a_row_the_other_added_is_kept():
    dasar, kini = row("a", "A", "1"), row("a", "A", "1") | row("b", "B", "2")
    assert merge(dasar, row("a", "A", "5"), kini).isi == row("a", "A", "5") | row("b", "B", "2")


def test_a_row_the_other_removed_goes_unless_i_changed_it():
    dasar = row("a", "A", "1") | row("b", "B", "2")
    untouched = merge(dasar, dasar, row("a", "A", "1"))
    assert (untouched.isi, untouched.baris_hilang) == (row("a", "A", "1"), ())
    changed = merge(dasar, row("a", "A", "1") | row("b", "B", "7"), row("a", "A", "1"))
    assert changed.isi == row("a", "A", "1") | row("b", "B", "7")
    assert changed.baris_hilang == ("blok|b",)


def test_a_row_i_remove_stays_when_the_other_changed_it():
    dasar = row("a", "A", "1")
    assert merge(dasar, row("a", "A", "1", "on"), dasar).isi["blok|a|DELETE"] == "on"
    joined = merge(dasar, row("a", "A", "1", "on"), row("a", "A", "9"))
    assert joined.isi == row("a", "A", "9", "on")
    assert joined.bentrok == ("blok|a|DELETE",)


def test_my_new_row_is_kept_beside_the_others():
    new = {"blok|baru0|nama": "C", "blok|baru0|terhuni": "3"}
    joined = merge({}, new, row("b", "B", "2"))
    assert joined.isi == row("b", "B", "2") | new
    assert joined.bentrok == ()
