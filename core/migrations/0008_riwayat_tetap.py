"""The database itself refuses to change or remove a line of the field history.

One change is let through: personal data are taken out of a line while a note about it is open (`core.rantai.forgetting`).
"""

from django.db import migrations

MESSAGE = "riwayat perubahan tidak dapat diubah atau dihapus"
FIXED = (
    "id", "content_type_id", "object_pk", "object_id", "serialized_data", "action", "changes_text", "actor_id", "cid",
    "remote_addr", "remote_port", "timestamp", "actor_email",
)  # fmt: skip


def protect(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    new, old = (", ".join(f'{row}."{name}"' for name in FIXED) for row in ("NEW", "OLD"))
    note = "SELECT 1 FROM core_pelupaan WHERE jejak = 'auditlog.logentry' AND baris = OLD.id AND sesudah = ''"
    if vendor == "postgresql":
        schema_editor.execute(f"""
            CREATE FUNCTION core_logentry_ubah() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF ROW({new}) IS DISTINCT FROM ROW({old}) OR NOT EXISTS ({note}) THEN
                    RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$
        """)
        schema_editor.execute(f"""
            CREATE FUNCTION core_logentry_hapus() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'check_violation';
            END $$
        """)
        for name, event in (("ubah", "UPDATE"), ("hapus", "DELETE")):
            schema_editor.execute(
                f"CREATE TRIGGER core_logentry_{name} BEFORE {event} ON auditlog_logentry FOR EACH ROW"
                f" EXECUTE FUNCTION core_logentry_{name}()"
            )
    elif vendor == "sqlite":
        schema_editor.execute(f"""
            CREATE TRIGGER core_logentry_ubah BEFORE UPDATE ON auditlog_logentry
            WHEN ({new}) IS NOT ({old}) OR NOT EXISTS ({note})
            BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END
        """)
        schema_editor.execute(f"""
            CREATE TRIGGER core_logentry_hapus BEFORE DELETE ON auditlog_logentry
            BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END
        """)


def unprotect(apps, schema_editor):
    for name in ("ubah", "hapus"):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER core_logentry_{name} ON auditlog_logentry")
            schema_editor.execute(f"DROP FUNCTION core_logentry_{name}()")
        elif schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER core_logentry_{name}")


class Migration(migrations.Migration):
    dependencies = [("core", "0007_rantai"), ("auditlog", "0017_add_actor_email")]

    operations = [migrations.RunPython(protect, unprotect)]
