"""The base forms, tried on models of the core and on the tables of a location."""

import datetime
import uuid
from decimal import Decimal

import pytest
from django import forms
from django.forms import inlineformset_factory, modelform_factory
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import timezone

from core import fields
from core.forms import BaseForm, BaseModelForm, BaseRowFormSet, FormError, FormKeyMixin, VersionMixin, list_errors
from core.models import KabupatenKota
from rusun.models import Blok, Rusun

FIGURES = ["jumlah_unit", "terhuni", "kosong_siap", "kosong_rusak", "cadangan"]


class RusunForm(VersionMixin, BaseModelForm):
    class Meta:
        model = Rusun
        fields = [
            "nama", "peruntukan", "tanggal_data", "lintang", "tahun_bangun", "jaminan_bulan", "luas_lahan_m2",
            "target_pad", "lebar_jalan_m", "usulan",
        ]  # fmt: skip


class BlokForm(BaseModelForm):
    class Meta:
        model = Blok
        fields = ["nama", "konfigurasi", "jumlah_lantai", *FIGURES]


BlokFormSet = inlineformset_factory(Rusun, Blok, form=BlokForm, formset=BaseRowFormSet, extra=0)


@pytest.fixture
def rusun(db):
    kota = KabupatenKota.objects.create(
        kode="33.74", nama="Kota Semarang", jenis="kota", ibu_kota="Semarang", baris=0, kolom=0
    )
    rusun = Rusun.objects.create(
        kode="RSN-3374-001", kabupaten_kota=kota, jenis="rusun", nama="Rusunawa Kudu", tahun_bangun=2012,
        lintang=Decimal("-6.971200"), luas_lahan_m2=12500, target_pad=1250000000, lebar_jalan_m=Decimal("6.5"),
        tanggal_data=datetime.date(2020, 12, 31), diubah=timezone.now(), versi=3,
    )  # fmt: skip
    Blok.objects.create(
        rusun=rusun, nama="Blok A", konfigurasi="twin_block", jumlah_lantai=5, jumlah_unit=1196, terhuni=1150,
        kosong_siap=30, kosong_rusak=10, cadangan=6, diubah=timezone.now(),
    )  # fmt: skip
    return rusun


def posted(form):
    """What a browser would send back for an untouched form or formset."""
    data = QueryDict(mutable=True)
    parts = [form.management_form, *form.forms] if isinstance(form, forms.BaseFormSet) else [form]
    for bound in (bound for part in parts for bound in part):
        if not bound.field.disabled:
            value = bound.value()
            data[bound.html_name] = "" if value is None else str(value)
    return data


# --- Columns and fields -----------------------------------------------------------------------------------------------


def test_a_model_form_reads_every_column_in_the_indonesian_way():
    kinds = {name: type(field) for name, field in RusunForm.base_fields.items()}
    assert kinds == {
        "nama": fields.TeksField,
        "peruntukan": forms.TypedChoiceField,
        "tanggal_data": fields.TanggalField,
        "lintang": fields.KoordinatField,
        "tahun_bangun": fields.TahunField,
        "jaminan_bulan": fields.BilanganField,
        "luas_lahan_m2": fields.BilanganField,
        "target_pad": fields.RupiahField,
        "lebar_jalan_m": fields.DesimalField,
        "usulan": fields.TeksField,
        "versi": forms.IntegerField,
    }


def test_a_form_made_by_a_factory_reads_the_same_way():
    form_class = modelform_factory(Rusun, form=BaseModelForm, fields=["luas_lahan_m2"])
    assert type(form_class.base_fields["luas_lahan_m2"]) is fields.BilanganField


def test_the_limit_of_a_column_holds_on_every_database():
    assert RusunForm.base_fields["jaminan_bulan"].max_value == 32767
    assert RusunForm.base_fields["luas_lahan_m2"].max_value == 2**31 - 1


def test_an_untouched_form_is_valid_and_unchanged(rusun):
    form = RusunForm(posted(RusunForm(instance=rusun)), instance=rusun)
    assert form.is_valid(), form.errors
    assert form.changed_data == []


def test_an_empty_choice_asks_to_choose():
    choices = list(RusunForm(instance=Rusun()).fields["peruntukan"].choices)
    assert choices[0] == ("", "Pilih")
    assert ("mbr", "MBR") in choices


def test_a_required_choice_and_a_required_file_say_what_to_do():
    class Form(BaseForm):
        peruntukan = forms.ChoiceField(choices=[("mbr", "MBR")])
        berkas = forms.FileField()
        nama = forms.CharField()

    errors = Form({}).errors
    assert errors == {"peruntukan": ["Pilih salah satu."], "berkas": ["Pilih berkas."], "nama": ["Wajib diisi."]}


def test_help_and_error_are_announced_with_their_input(rusun):
    form = RusunForm({**posted(RusunForm(instance=rusun)).dict(), "lintang": "abc"}, instance=rusun)
    html = str(form["lintang"])
    assert 'aria-describedby="id_lintang_helptext id_lintang_error"' in html
    assert 'aria-invalid="true"' in html


# --- Keys and versions ------------------------------------------------------------------------------------------------


def test_every_shown_form_has_its_own_key():
    class Form(FormKeyMixin, BaseForm):
        pass

    first, second = Form()["kunci_formulir"].value(), Form()["kunci_formulir"].value()
    assert uuid.UUID(first) != uuid.UUID(second)


@pytest.mark.parametrize("typed", ["", "abc", "\x00", "\ud800"])
def test_a_broken_key_asks_to_reload(typed):
    class Form(FormKeyMixin, BaseForm):
        pass

    assert Form({"kunci_formulir": typed}).errors == {
        "kunci_formulir": ["Halaman ini sudah terlalu lama terbuka. Muat ulang, lalu kirim lagi."]
    }


def test_a_form_carries_the_version_it_was_opened_with(rusun):
    form = RusunForm(instance=rusun)
    assert form["versi"].value() == 3
    posted_again = RusunForm(posted(form), instance=rusun)
    assert posted_again.is_valid(), posted_again.errors
    assert posted_again.cleaned_data["versi"] == 3
    assert rusun.versi == 3


# --- Locked fields ----------------------------------------------------------------------------------------------------


def test_a_crafted_post_changes_only_open_fields(rusun):
    form = RusunForm(
        {"nama": "Nama palsu", "luas_lahan_m2": "1", "lintang": "-7", "tahun_bangun": "2013", "versi": "3"},
        instance=rusun,
    )
    form.lock_fields({"tahun_bangun"})
    assert form.is_valid(), form.errors
    assert form.changed_data == ["tahun_bangun"]
    saved = form.save(commit=False)
    assert (saved.nama, saved.luas_lahan_m2, saved.lintang, saved.tahun_bangun) == (
        "Rusunawa Kudu", 12500, Decimal("-6.971200"), 2013,
    )  # fmt: skip


def test_locked_fields_are_marked_and_open_ones_are_not(rusun):
    form = RusunForm(instance=rusun)
    form.lock_fields({"tahun_bangun"})
    assert {name for name, field in form.fields.items() if not field.disabled} == {"tahun_bangun", "versi"}
    assert "terkunci" in str(form["nama"])
    assert "terkunci" not in str(form["tahun_bangun"])


# --- Rows -------------------------------------------------------------------------------------------------------------


def test_every_input_of_a_row_has_a_name_of_its_own(rusun):
    formset = BlokFormSet(instance=rusun, prefix="blok")
    labels = [bound.field.widget.attrs["aria-label"] for bound in formset.forms[0].visible_fields()]
    assert labels[:4] == [
        "Nama blok, baris 1",
        "Konfigurasi, baris 1",
        "Jumlah lantai, baris 1",
        "Jumlah unit, baris 1",
    ]
    assert labels[-1] == "Hapus, baris 1"


def test_untouched_rows_are_valid_and_unchanged(rusun):
    formset = BlokFormSet(posted(BlokFormSet(instance=rusun, prefix="blok")), instance=rusun, prefix="blok")
    assert formset.is_valid(), formset.errors
    assert not formset.has_changed()


def test_the_add_button_shows_one_more_row_keeps_what_was_typed_and_complains_about_nothing(rusun):
    data = posted(BlokFormSet(instance=rusun, prefix="blok"))
    data.update({"blok-0-nama": "", "blok-tambah_baris": "1"})
    formset = BlokFormSet(data, instance=rusun, prefix="blok")
    form = RusunForm({**data.dict(), "nama": ""}, instance=rusun)

    assert not formset.is_valid()
    assert not form.is_valid()
    assert len(formset.forms) == 2
    assert formset.forms[0]["terhuni"].value() == "1.150"
    assert formset.forms[0]["nama"].value() == ""
    assert list_errors([form, formset]) == []
    assert Blok.objects.get().nama == "Blok A"


def test_the_add_button_never_goes_past_the_limit(rusun):
    data = posted(BlokFormSet(instance=rusun, prefix="blok"))
    data.update({"blok-TOTAL_FORMS": "999999999", "blok-tambah_baris": "1"})
    data["blok-TOTAL_FORMS"] = "999999999"
    assert len(BlokFormSet(data, instance=rusun, prefix="blok").forms) == BlokFormSet.absolute_max


def test_a_locked_table_cannot_be_changed_added_to_or_removed_from(rusun):
    data = posted(BlokFormSet(instance=rusun, prefix="blok"))
    new_row = {"nama": "B", "konfigurasi": "single", "jumlah_lantai": "1", **dict.fromkeys(FIGURES, "0")}
    data.update({f"blok-1-{name}": value for name, value in new_row.items()})
    data["blok-TOTAL_FORMS"] = "2"
    data["blok-0-nama"] = "Nama palsu"
    data["blok-0-DELETE"] = "on"
    formset = BlokFormSet(data, instance=rusun, prefix="blok")
    formset.lock()

    assert formset.is_valid(), formset.errors
    formset.save()
    assert list(Blok.objects.values_list("nama", "terhuni")) == [("Blok A", 1150)]


# --- The list of errors -----------------------------------------------------------------------------------------------


def test_the_error_list_names_every_field_row_and_rule_and_where_to_jump(rusun):
    data = posted(BlokFormSet(instance=rusun, prefix="blok"))
    data.update(posted(RusunForm(instance=rusun)))
    data["nama"] = ""
    data["luas_lahan_m2"] = "1,234"
    data["blok-0-terhuni"] = "1.149"
    form = RusunForm(data, instance=rusun)
    formset = BlokFormSet(data, instance=rusun, prefix="blok")

    assert list_errors([form, formset]) == [
        FormError("Nama", "Wajib diisi.", "id_nama"),
        FormError("Luas lahan (m²)", "Tulis bilangan bulat tanpa koma, misalnya 1234 atau 1.234.", "id_luas_lahan_m2"),
        FormError(
            "Baris 1",
            "Terhuni + kosong siap + kosong rusak + tidak disewakan harus sama dengan jumlah unit.",
            "baris_blok-0",
        ),
    ]


def test_the_error_list_jumps_to_the_first_of_a_group_of_radios():
    class Form(BaseForm):
        kondisi = forms.ChoiceField(widget=forms.RadioSelect, choices=[("baik", "Baik"), ("rusak", "Rusak")])

    form = Form({})
    [error] = list_errors(form)
    assert error == FormError("Kondisi", "Pilih salah satu.", "id_kondisi_0")
    assert 'id="id_kondisi_0"' in str(form["kondisi"])


def test_a_form_that_was_not_sent_has_no_errors(rusun):
    assert list_errors([RusunForm(instance=rusun), None]) == []


def test_the_summary_links_every_error_and_escapes_what_was_typed():
    class Form(BaseForm):
        nama = fields.TeksField(label="Nama <rusun>")

    html = render_to_string("components/_ringkasan_galat.html", {"formulir": Form({})})
    assert '<a href="#id_nama">Nama &lt;rusun&gt;: Wajib diisi.</a>' in html
    assert 'role="alert"' in html
    assert render_to_string("components/_ringkasan_galat.html", {"formulir": Form()}).strip() == ""
