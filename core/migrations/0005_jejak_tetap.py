"""The database itself refuses to change or remove a line of the access trail.

One change is let through: a reason that names an anonymised person gives way to a fixed text.
"""

from django.db import migrations


def protect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("""
            CREATE FUNCTION core_jejakakses_tolak() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'jejak akses tidak dapat diubah atau dihapus' USING ERRCODE = 'check_violation';
            END $$
        """)
        schema_editor.execute("""
            CREATE TRIGGER core_jejakakses_ubah BEFORE UPDATE ON core_jejakakses FOR EACH ROW
            WHEN (
                NEW.alasan <> '(alasan dihapus karena memuat data pribadi)'
                OR ROW(NEW.id, NEW.waktu, NEW.pengguna_id, NEW.tindakan, NEW.objek, NEW.objek_id, NEW.kolom, NEW.jumlah)
                IS DISTINCT FROM
                ROW(OLD.id, OLD.waktu, OLD.pengguna_id, OLD.tindakan, OLD.objek, OLD.objek_id, OLD.kolom, OLD.jumlah)
            )
            EXECUTE FUNCTION core_jejakakses_tolak()
        """)
        schema_editor.execute("""
            CREATE TRIGGER core_jejakakses_hapus BEFORE DELETE ON core_jejakakses FOR EACH ROW
            EXECUTE FUNCTION core_jejakakses_tolak()
        """)
    elif schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("""
            CREATE TRIGGER core_jejakakses_ubah BEFORE UPDATE ON core_jejakakses
            WHEN NEW.alasan <> '(alasan dihapus karena memuat data pribadi)'
                OR (NEW.id, NEW.waktu, NEW.pengguna_id, NEW.tindakan, NEW.objek, NEW.objek_id, NEW.kolom, NEW.jumlah)
                IS NOT
                (OLD.id, OLD.waktu, OLD.pengguna_id, OLD.tindakan, OLD.objek, OLD.objek_id, OLD.kolom, OLD.jumlah)
            BEGIN SELECT RAISE(ABORT, 'jejak akses tidak dapat diubah atau dihapus'); END
        """)
        schema_editor.execute("""
            CREATE TRIGGER core_jejakakses_hapus BEFORE DELETE ON core_jejakakses
            BEGIN SELECT RAISE(ABORT, 'jejak akses tidak dapat diubah atau dihapus'); END
        """)


def unprotect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER core_jejakakses_ubah ON core_jejakakses")
        schema_editor.execute("DROP TRIGGER core_jejakakses_hapus ON core_jejakakses")
        schema_editor.execute("DROP FUNCTION core_jejakakses_tolak()")
    elif schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER core_jejakakses_ubah")
        schema_editor.execute("DROP TRIGGER core_jejakakses_hapus")


class Migration(migrations.Migration):
    dependencies = [("core", "0004_tugas_pejabat")]

    operations = [
        migrations.AlterModelOptions(
            name="jejakakses",
            options={
                "base_manager_name": "objects",
                "ordering": ["-id"],
                "verbose_name": "jejak akses",
                "verbose_name_plural": "jejak akses",
            },
        ),
        migrations.RunPython(protect, unprotect),
    ]
