"""A real client between export and import: LibreOffice opens the template, changes cells, saves it in its own way."""

import datetime
import shutil
import subprocess
from xml.sax.saxutils import escape

import pytest

from core.files import read_sealed
from monitoring.impor.templat import template_for

from .conftest import Buku

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(SOFFICE is None, reason="needs LibreOffice: apt-get install libreoffice-calc")

LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false"
 library:passwordprotected="false"><library:element library:name="Uji"/></library:library>"""
MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Uji" script:language="StarBasic">{}
</script:module>"""
SUB = """Sub Ubah
Dim buka(0) As New com.sun.star.beans.PropertyValue
buka(0).Name = "Hidden"
buka(0).Value = True
Dim dokumen As Object
dokumen = StarDesktop.loadComponentFromURL(ConvertToURL("{sumber}"), "_blank", 0, buka())
{perintah}
Dim simpan(0) As New com.sun.star.beans.PropertyValue
simpan(0).Name = "FilterName"
simpan(0).Value = "Calc MS Excel 2007 XML"
dokumen.storeToURL(ConvertToURL("{tujuan}"), simpan())
dokumen.close(True)
End Sub"""


class Office:
    """LibreOffice without a window, with a profile of its own."""

    def __init__(self, folder):
        self.folder, self.profile = folder, folder / "profil"

    def run(self, *words):
        subprocess.run(
            [SOFFICE, f"-env:UserInstallation={self.profile.as_uri()}", "--headless", *words],
            check=True, capture_output=True, timeout=240,
        )  # fmt: skip

    def resave(self, content, kind="xlsx:Calc MS Excel 2007 XML"):
        """What it makes of a workbook by opening and saving it."""
        source = self.folder / "asal.xlsx"
        source.write_bytes(content)
        self.run("--convert-to", kind, "--outdir", str(self.folder / "keluar"), str(source))
        return (self.folder / "keluar" / f"asal.{kind.split(':')[0]}").read_bytes()

    def change(self, content, cells):
        """The workbook with cells typed into it: (sheet, address, value). The profile must exist (`resave` made it)."""
        source, target = self.folder / "sebelum.xlsx", self.folder / "sesudah.xlsx"
        source.write_bytes(content)
        lines = [
            f'dokumen.Sheets.getByName("{sheet}").getCellRangeByName("{place}").'
            + (f'setString("{value}")' if isinstance(value, str) else f"setValue({value})")
            for sheet, place, value in cells
        ]
        code = SUB.format(sumber=source, tujuan=target, perintah="\n".join(lines))
        library = self.profile / "user" / "basic" / "Standard"
        (library / "script.xlb").write_text(LIBRARY)
        (library / "Uji.xba").write_text(MODULE.format(escape(code)))
        self.run("macro:///Standard.Uji.Ubah")
        return target.read_bytes()


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


def test_twelve_cells_changed_by_another_program_are_twelve_changes(office, kudus, buku, plan):
    untouched = template_for(kudus, None).isi
    saved = office.resave(untouched)
    assert (plan(saved).writes, plan(saved).temuan) == (False, [])

    born = (datetime.date(1990, 7, 1) - datetime.date(1899, 12, 30)).days
    typed = [
        ("Rusun", "Daftar tunggu", 1, 77), ("Rusun", "Peruntukan", 1, "Pekerja"), ("Rusun", "Bujur", 1, 110.840512),
        ("Rusun", "Lintang", 1, -6.804512), ("Rusun", "Nomor SLF", 1, "=12/2020"), ("Blok", "Ada lift", 1, "Tidak"),
        ("Blok", "Tipe (m²)", 1, 24), ("Tarif", "Tarif per bulan (Rp)", 1, 275000),
        ("Permasalahan", "Tingkat", 1, "Berat"), ("Penghuni", "Tanggal lahir", 1, born),
        ("Penghuni", "No KK", 2, "3319010107850009"), ("Penghuni", "Penghasilan per bulan (Rp)", 2, 3100000),
    ]  # fmt: skip
    changed = office.change(untouched, [(s, buku.ref(s, title, row), value) for s, title, row, value in typed])
    rencana = plan(changed)
    assert rencana.salah == []
    told = [(c.lembar, c.kolom) for outcome in rencana.hasil for c in outcome.berubah]
    assert sorted(told) == sorted((sheet, title) for sheet, title, _, _ in typed)


def test_the_annotated_workbook_opens_and_comes_back_the_same(office, buku, send, operator_penghuni):
    buku["Blok", "Terhuni", 1] = 500
    reply = read_sealed(send(buku, operator_penghuni).balasan)
    saved = Buku(office.resave(reply))
    assert saved.book.sheetnames[0] == "Hasil pemeriksaan"
    wrong = saved.place("Blok", "Terhuni", 1)
    assert wrong.fill.fgColor.rgb.endswith("FDE3E4")
    assert "melebihi jumlah unit" in wrong.comment.text
    again = send(saved, operator_penghuni)
    assert (again.kesalahan, again.sel_berubah) == (1, 0)
