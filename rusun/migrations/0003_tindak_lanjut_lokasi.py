import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def location_of_the_problem(apps, schema_editor):
    """Every follow-up so far answers a problem, so it belongs to the location of that problem."""
    problem = apps.get_model("rusun", "Permasalahan").objects.filter(pk=OuterRef("permasalahan_id"))
    apps.get_model("rusun", "TindakLanjut").objects.update(rusun_id=Subquery(problem.values("rusun_id")[:1]))


class Migration(migrations.Migration):
    dependencies = [
        ("rusun", "0002_bukti_tindak_lanjut"),
    ]

    operations = [
        migrations.AddField(
            model_name="tindaklanjut",
            name="rusun",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="tindak_lanjut",
                to="rusun.rusun",
            ),
        ),
        migrations.RunPython(location_of_the_problem, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="tindaklanjut",
            name="rusun",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="tindak_lanjut", to="rusun.rusun"
            ),
        ),
        migrations.AlterField(
            model_name="tindaklanjut",
            name="permasalahan",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="tindak_lanjut",
                to="rusun.permasalahan",
            ),
        ),
        migrations.AddField(
            model_name="tindaklanjut",
            name="unit",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Unit yang kembali dapat dihuni bila ini selesai.",
                null=True,
                verbose_name="unit yang dituju",
            ),
        ),
    ]
