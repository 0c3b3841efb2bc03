"""Residents by NIK within a region, and by a part of the name.

On PostgreSQL an index of the groups of three letters finds names without reading every one. SQLite keeps reading them:
its full-text table of three letters was measured at a hundred thousand residents. It saves a few hundredths of a second
on rare names and takes five times the scan on common ones, and the triggers that would keep it go without a word when a
later migration rebuilds the table of residents.
"""

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, migrations, models, transaction

MISSING = (
    "The search by name needs the PostgreSQL extension pg_trgm, and the role of the site may not create it. As the owner "
    'of the database or as a superuser run "CREATE EXTENSION pg_trgm" in this database, then migrate again.'
)


def index_names(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(schema_editor.connection.alias):
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError as error:
        raise ImproperlyConfigured(MISSING) from error
    # UPPER, since that is what `icontains` compares.
    schema_editor.execute(
        "CREATE INDEX penghuni_nama_trgm ON penghuni_penghuni USING gin (UPPER(nama::text) gin_trgm_ops)"
    )


def drop_index(apps, schema_editor):
    """The extension stays: somebody else may use it."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS penghuni_nama_trgm")


class Migration(migrations.Migration):
    dependencies = [("penghuni", "0004_hak_subjek")]

    operations = [
        migrations.AlterField(
            model_name="penghuni",
            name="nik_sidik",
            field=models.CharField(blank=True, default="", editable=False, max_length=64),
        ),
        migrations.AddIndex(
            model_name="penghuni",
            index=models.Index(fields=["nik_sidik", "kabupaten_kota"], name="penghuni_nik_daerah"),
        ),
        migrations.RunPython(index_names, drop_index),
    ]
