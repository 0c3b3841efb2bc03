"""A reason in the access trail gives way to the fixed text only while a note about its line is open, as personal data in
the field history do (`core.rantai.forgetting`).
"""

from importlib import import_module

from django.db import migrations

PAST = import_module("core.migrations.0005_jejak_tetap")


def protect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER core_jejakakses_ubah ON core_jejakakses")
        schema_editor.execute("""
            CREATE OR REPLACE FUNCTION core_jejakakses_tolak() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'DELETE' OR NEW.alasan <> '(alasan dihapus karena memuat data pribadi)'
                OR ROW(NEW.id, NEW.waktu, NEW.pengguna_id, NEW.tindakan, NEW.objek, NEW.objek_id, NEW.kolom, NEW.jumlah)
                IS DISTINCT FROM
                ROW(OLD.id, OLD.waktu, OLD.pengguna_id, OLD.tindakan, OLD.objek, OLD.objek_id, OLD.kolom, OLD.jumlah)
                OR NOT EXISTS (
                    SELECT 1 FROM core_pelupaan
                    WHERE jejak = 'core.jejakakses' AND baris = OLD.id AND sesudah = ''
                ) THEN
                    RAISE EXCEPTION 'jejak akses tidak dapat diubah atau dihapus' USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$
        """)
        schema_editor.execute("""
            CREATE TRIGGER core_jejakakses_ubah BEFORE UPDATE ON core_jejakakses
            FOR EACH ROW EXECUTE FUNCTION core_jejakakses_tolak()
        """)
    elif schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER core_jejakakses_ubah")
        schema_editor.execute("""
            CREATE TRIGGER core_jejakakses_ubah BEFORE UPDATE ON core_jejakakses
            WHEN NEW.alasan <> '(alasan dihapus karena memuat data pribadi)'
                OR (NEW.id, NEW.waktu, NEW.pengguna_id, NEW.tindakan, NEW.objek, NEW.objek_id, NEW.kolom, NEW.jumlah)
                IS NOT
                (OLD.id, OLD.waktu, OLD.pengguna_id, OLD.tindakan, OLD.objek, OLD.objek_id, OLD.kolom, OLD.jumlah)
                OR NOT EXISTS (
                    SELECT 1 FROM core_pelupaan WHERE jejak = 'core.jejakakses' AND baris = OLD.id AND sesudah = ''
                )
            BEGIN SELECT RAISE(ABORT, 'jejak akses tidak dapat diubah atau dihapus'); END
        """)


def loosen(apps, schema_editor):
    PAST.unprotect(apps, schema_editor)
    PAST.protect(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("core", "0010_acuan_disunting")]

    operations = [migrations.RunPython(protect, loosen)]
