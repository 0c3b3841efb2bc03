"""An index of the groups of three letters in names: on PostgreSQL a part of a name is then found without reading every row.

SQLite keeps reading them: that takes a hundredth of a second for a hundred thousand residents, and a table of letters
of its own would be lost without a word whenever a later migration rebuilds the table of residents.
"""

from django.core.exceptions import ImproperlyConfigured
from django.db import ProgrammingError, migrations, transaction

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
    except ProgrammingError as error:
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
    dependencies = [("penghuni", "0001_initial")]

    operations = [migrations.RunPython(index_names, drop_index)]
