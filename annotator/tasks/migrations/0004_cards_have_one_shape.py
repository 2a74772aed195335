import django.contrib.postgres.fields
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("tasks", "0003_cards_of_several_completions"),
        ("annotations", "0003_answers_to_forms"),  # it reads what goes here
    ]
    operations = [
        migrations.RemoveField("annotationtask", "rollout_a"),
        migrations.RemoveField("annotationtask", "rollout_b"),
        migrations.RemoveField("assignment", "left_is_a"),
        migrations.AlterField(
            "annotationtask",
            "rollout_ids",
            django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField()),
        ),
        migrations.AlterField(
            "annotationtask",
            "stream",
            models.CharField(
                max_length=11,
                choices=[
                    ("acquisition", "Acquisition"),
                    ("random", "Random"),
                    ("gold", "Gold"),
                    ("repeat", "Repeat"),
                ],
            ),
        ),
        migrations.AddConstraint(
            "annotationtask",
            models.UniqueConstraint(
                fields=["campaign", "rollout_ids"],
                condition=Q(stream__in=["acquisition", "random"]),
                name="the_same_completions_are_asked_about_once",
            ),
        ),
        migrations.AddConstraint(
            "annotationtask",
            models.CheckConstraint(condition=Q(rollout_ids__len__range=(1, 8)), name="one_to_eight_completions_shown"),
        ),
        migrations.AddConstraint(
            "assignment",
            models.CheckConstraint(
                condition=~Q(state="leased")
                | Q(annotator__isnull=False, leased_until__isnull=False, shown_order__isnull=False),
                name="a_lease_has_a_holder_and_an_end",
            ),
        ),
    ]
