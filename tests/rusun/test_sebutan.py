"""How cells and rows are called and in which order they stand. Plain values."""

from rusun.sebutan import natural


def test_numbers_in_a_name_count_as_numbers_whatever_else_looks_like_one():
    names = ["lantai 10", "lantai 2", "Blok ²", "Blok ٢", "Blok 2²", "Blok 1"]
    assert sorted(names, key=natural) == ["Blok 1", "Blok 2²", "Blok ²", "Blok ٢", "lantai 2", "lantai 10"]
