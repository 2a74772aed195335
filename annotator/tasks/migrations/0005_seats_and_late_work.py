from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tasks", "0004_cards_have_one_shape")]

    operations = [
        migrations.RemoveConstraint(
            model_name="assignment",
            name="one_assignment_per_slot",
        ),
        migrations.AddField(
            model_name="annotationtask",
            name="stratum",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="assignment",
            name="extra",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="assignment",
            name="former_leases",
            field=models.JSONField(null=True),
        ),
        migrations.AlterField(
            model_name="annotationtask",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "Open"),
                    ("settled", "Settled"),
                    ("disputed", "Disputed"),
                    ("cancelled", "Cancelled"),
                ],
                default="open",
                max_length=9,
            ),
        ),
        migrations.AlterField(
            model_name="assignment",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "Open"),
                    ("leased", "Leased"),
                    ("submitted", "Submitted"),
                    ("skipped", "Skipped"),
                    ("cancelled", "Cancelled"),
                    ("surplus", "Surplus"),
                ],
                default="open",
                max_length=9,
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.UniqueConstraint(
                models.F("task"),
                models.Case(models.When(state__in=["open", "leased", "submitted"], then=models.F("slot"))),
                name="one_live_slot_per_seat",
            ),
        ),
    ]
