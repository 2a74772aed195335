import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

# The trigger that keeps answers as they were said steps aside while the same is written in another shape.
FORWARD = """
ALTER TABLE annotations_annotation DISABLE TRIGGER append_only;
UPDATE annotations_annotation SET
    shown_order = CASE WHEN left_is_a THEN ARRAY[0, 1] ELSE ARRAY[1, 0] END,
    skip = CASE WHEN choice = 'skip' THEN 'other' ELSE '' END,
    answer = CASE WHEN choice = 'skip' THEN NULL ELSE jsonb_build_object('preference', jsonb_build_object(
        'choice', CASE choice WHEN 'a' THEN 'first' WHEN 'b' THEN 'second' ELSE choice END, 'strength', strength)) END;
ALTER TABLE annotations_annotation ENABLE TRIGGER append_only;
INSERT INTO annotations_comparison (annotation_id, rollout_a_id, rollout_b_id, outcome, strength)
SELECT said.id, task.rollout_ids[1], task.rollout_ids[2],
       CASE said.choice WHEN 'a' THEN 1.0 WHEN 'b' THEN 0.0 ELSE 0.5 END, said.strength
FROM annotations_annotation said JOIN tasks_annotationtask task ON task.id = said.task_id
WHERE said.choice <> 'skip';
"""
BACKWARD = """
ALTER TABLE annotations_annotation DISABLE TRIGGER append_only;
UPDATE annotations_annotation SET
    left_is_a = (shown_order[1] = 0),
    strength = (answer -> 'preference' ->> 'strength')::smallint,
    choice = CASE WHEN skip <> '' THEN 'skip' ELSE
        CASE answer -> 'preference' ->> 'choice' WHEN 'first' THEN 'a' WHEN 'second' THEN 'b'
             ELSE answer -> 'preference' ->> 'choice' END END;
ALTER TABLE annotations_annotation ENABLE TRIGGER append_only;
DELETE FROM annotations_comparison;
"""


class Migration(migrations.Migration):
    """Both shapes side by side, and the rows copied over."""

    dependencies = [
        ("annotations", "0002_annotations_are_append_only"),
        ("tasks", "0003_cards_of_several_completions"),
        ("rollouts", "0002_known_backbones"),
    ]
    operations = [
        migrations.RemoveConstraint("annotation", "strength_only_with_a_preference"),
        migrations.AlterField("annotation", "choice", models.CharField(max_length=8, null=True)),
        migrations.AlterField("annotation", "left_is_a", models.BooleanField(null=True)),
        migrations.AddField("annotation", "answer", models.JSONField(null=True)),
        migrations.AddField(
            "annotation",
            "skip",
            models.CharField(
                blank=True,
                default="",
                max_length=15,
                choices=[
                    ("cannot_judge", "Cannot Judge"),
                    ("not_my_language", "Not My Language"),
                    ("harmful", "Harmful"),
                    ("broken", "Broken"),
                    ("other", "Other"),
                ],
            ),
            preserve_default=False,
        ),
        migrations.AddField("annotation", "flagged", models.BooleanField(default=False)),
        migrations.AddField(
            "annotation",
            "shown_order",
            django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), null=True),
        ),
        migrations.CreateModel(
            name="Comparison",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("outcome", models.FloatField()),
                ("strength", models.PositiveSmallIntegerField(null=True)),
                (
                    "annotation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comparisons",
                        to="annotations.annotation",
                    ),
                ),
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
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
