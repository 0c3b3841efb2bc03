"""The sessions of a desk as a calendar file: moved or called off, an entry stays the same one."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Final

from django.utils import timezone
from icalendar import Calendar, Event

from monitoring.enums import JenisSesi, StatusSesi
from monitoring.models import SesiDesk

BATAL: Final = (StatusSesi.BATAL, StatusSesi.TIDAK_HADIR)


def calendar(sesi: Iterable[SesiDesk], *, alamat_situs: str) -> bytes:
    """`sesi` as an iCalendar text; `alamat_situs` is where the site is reached from outside."""
    file = Calendar()
    file.add("prodid", "-//Desk Monitoring Rusun//ID")
    file.add("version", "2.0")
    file.add("calscale", "GREGORIAN")
    file.add("method", "PUBLISH")
    saat = timezone.now().astimezone(datetime.UTC)
    for row in sesi:
        file.add_component(_event(row, alamat_situs.rstrip("/"), saat))
    return file.to_ical()


def _event(sesi: SesiDesk, alamat_situs: str, saat: datetime.datetime) -> Event:
    event = Event()
    # Not the address of the site: it may change, and every entry would come a second time.
    event.add("uid", f"sesi-{sesi.pk}-{sesi.jadwal.periode.slug}@desk-monitoring")
    event.add("sequence", sesi.versi)
    event.add("dtstamp", saat)
    event.add("dtstart", sesi.mulai.astimezone(datetime.UTC))
    event.add("dtend", sesi.selesai.astimezone(datetime.UTC))
    periode = sesi.jadwal.periode.judul
    opening = sesi.jenis == JenisSesi.PEMBUKAAN
    event.add("summary", f"{sesi.judul}: {periode}" if opening else f"Desk {sesi.judul}: {periode}")
    if tautan := sesi.tautan or sesi.jadwal.tautan:
        event.add("location", tautan)
    alamat = f"{alamat_situs}{sesi.get_absolute_url()}"
    event.add("description", f"{periode}\nRuang {sesi.ruang}\nHalaman sesi: {alamat}")
    event.add("url", alamat)
    planned = "CONFIRMED" if sesi.jadwal.versi else "TENTATIVE"
    event.add("status", "CANCELLED" if sesi.status in BATAL else planned)
    return event
