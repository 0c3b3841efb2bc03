from django.db import migrations, models

TUGAS = [
    ("kepala", "Kepala Dinas"),
    ("sekretaris", "Sekretaris Dinas"),
    ("kabid", "Kepala Bidang Perumahan"),
    ("ketua_tim", "Ketua Tim Desk Monitoring"),
]


def head_is_a_post(apps, schema_editor):
    apps.get_model("core", "Pejabat").objects.filter(kepala=True, tugas="").update(tugas="kepala")


def head_is_a_mark(apps, schema_editor):
    rows = apps.get_model("core", "Pejabat").objects
    rows.filter(tugas="kepala").update(kepala=True, tugas="")
    rows.filter(tugas="sekretaris").update(tugas="")


class Migration(migrations.Migration):
    dependencies = [("core", "0005_jejak_tetap")]

    operations = [
        migrations.RemoveConstraint(model_name="pejabat", name="pejabat_tugas_dikenal"),
        migrations.AlterField(
            model_name="pejabat",
            name="tugas",
            field=models.CharField(
                blank=True,
                choices=TUGAS,
                default="",
                help_text="Sebagai apa ia menandatangani naskah. Kosong: tidak menandatangani.",
                max_length=10,
                verbose_name="tugas",
            ),
        ),
        migrations.RunPython(head_is_a_post, head_is_a_mark),
        migrations.RemoveField(model_name="pejabat", name="kepala"),
        migrations.AddConstraint(
            model_name="pejabat",
            constraint=models.CheckConstraint(
                condition=models.Q(("tugas__in", [*(kode for kode, _ in TUGAS), ""])),
                name="pejabat_tugas_dikenal",
                violation_error_message="Pilihan tidak dikenal. Pilih salah satu dari daftar.",
            ),
        ),
    ]
