"""The database itself refuses to change or remove a line of the field history.

One change is let through: personal data are taken out of a line while a note about it is open (`core.rantai.forgetting`).
"""

from django.db import migrations


def protect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("""
            CREATE FUNCTION core_logentry_tolak() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'DELETE' OR ROW(
                    NEW.id, NEW.content_type_id, NEW.object_pk, NEW.object_id, NEW.serialized_data, NEW.action,
                    NEW.changes_text, NEW.actor_id, NEW.cid, NEW.remote_addr, NEW.remote_port, NEW.timestamp,
                    NEW.actor_email
                ) IS DISTINCT FROM ROW(
                    OLD.id, OLD.content_type_id, OLD.object_pk, OLD.object_id, OLD.serialized_data, OLD.action,
                    OLD.changes_text, OLD.actor_id, OLD.cid, OLD.remote_addr, OLD.remote_port, OLD.timestamp,
                    OLD.actor_email
                ) OR NOT EXISTS (
                    SELECT 1 FROM core_pelupaan
                    WHERE jejak = 'auditlog.logentry' AND baris = OLD.id AND sesudah = ''
                ) THEN
                    RAISE EXCEPTION 'riwayat perubahan tidak dapat diubah atau dihapus'
                    USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$
        """)
        schema_editor.execute("""
            CREATE TRIGGER core_logentry_ubah BEFORE UPDATE ON auditlog_logentry
            FOR EACH ROW EXECUTE FUNCTION core_logentry_tolak()
        """)
        schema_editor.execute("""
            CREATE TRIGGER core_logentry_hapus BEFORE DELETE ON auditlog_logentry
            FOR EACH ROW EXECUTE FUNCTION core_logentry_tolak()
        """)
    elif schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("""
            CREATE TRIGGER core_logentry_ubah BEFORE UPDATE ON auditlog_logentry
            WHEN (
                NEW.id, NEW.content_type_id, NEW.object_pk, NEW.object_id, NEW.serialized_data, NEW.action,
                NEW.changes_text, NEW.actor_id, NEW.cid, NEW.remote_addr, NEW.remote_port, NEW.timestamp,
                NEW.actor_email
            ) IS NOT (
                OLD.id, OLD.content_type_id, OLD.object_pk, OLD.object_id, OLD.serialized_data, OLD.action,
                OLD.changes_text, OLD.actor_id, OLD.cid, OLD.remote_addr, OLD.remote_port, OLD.timestamp,
                OLD.actor_email
            ) OR NOT EXISTS (
                SELECT 1 FROM core_pelupaan WHERE jejak = 'auditlog.logentry' AND baris = OLD.id AND sesudah = ''
            )
            BEGIN SELECT RAISE(ABORT, 'riwayat perubahan tidak dapat diubah atau dihapus'); END
        """)
        schema_editor.execute("""
            CREATE TRIGGER core_logentry_hapus BEFORE DELETE ON auditlog_logentry
            BEGIN SELECT RAISE(ABORT, 'riwayat perubahan tidak dapat diubah atau dihapus'); END
        """)


def unprotect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER core_logentry_ubah ON auditlog_logentry")
        schema_editor.execute("DROP TRIGGER core_logentry_hapus ON auditlog_logentry")
        schema_editor.execute("DROP FUNCTION core_logentry_tolak()")
    elif schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER core_logentry_ubah")
        schema_editor.execute("DROP TRIGGER core_logentry_hapus")


class Migration(migrations.Migration):
    dependencies = [("core", "0008_rantai"), ("auditlog", "0017_add_actor_email")]

    operations = [migrations.RunPython(protect, unprotect)]
