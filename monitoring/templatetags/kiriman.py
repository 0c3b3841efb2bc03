"""What the pages of lower apps tell about kiriman: the template is where the two meet."""

from __future__ import annotations

from django import template

from core.models import KabupatenKota
from monitoring.models import Kiriman

register = template.Library()


@register.simple_tag
def kiriman_daerah(kabupaten_kota: KabupatenKota) -> list[Kiriman]:
    """Every kiriman of a kabupaten/kota with its period, newest first, without its content."""
    rows = Kiriman.objects.filter(isian__kabupaten_kota=kabupaten_kota).defer("isi")
    return list(rows.select_related("isian__periode").order_by("-dikirim_pada"))
