import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0002_budget_is_append_only"),
        ("rollouts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="MachineLabel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("judge", models.CharField(max_length=100)),
                ("question_digest", models.CharField(max_length=64)),
                ("content_digest", models.BinaryField(max_length=32)),
                ("label", models.FloatField(null=True)),
                ("consistent", models.BooleanField()),
                ("raw", models.JSONField(default=dict)),
                ("error", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "rollout_a",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rollouts.rollout",
                    ),
                ),
                (
                    "rollout_b",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rollouts.rollout",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["judge", "question_digest", "content_digest"], name="judged_content")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("judge", "question_digest", "rollout_a", "rollout_b"),
                        name="one_label_per_judge_and_pair",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rollout_a__lt", models.F("rollout_b"))),
                        name="judged_pair_in_canonical_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("error", ""), ("label__in", [0.0, 0.5, 1.0]), ("label__isnull", False)),
                            models.Q(("label__isnull", True), models.Q(("error", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="a_judged_pair_has_a_label_or_says_why_not",
                    ),
                ],
            },
        ),
    ]
