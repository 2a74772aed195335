import django.contrib.postgres.fields
from django.db import migrations, models

FORWARD = """
UPDATE tasks_annotationtask SET rollout_ids = ARRAY[rollout_a_id, rollout_b_id];
UPDATE tasks_assignment SET shown_order = CASE WHEN left_is_a THEN ARRAY[0, 1] ELSE ARRAY[1, 0] END
WHERE left_is_a IS NOT NULL;
"""
# Cards of another size than two have no place in the older tables.
BACKWARD = """
UPDATE tasks_annotationtask SET rollout_a_id = rollout_ids[1], rollout_b_id = rollout_ids[2];
UPDATE tasks_assignment SET left_is_a = (shown_order[1] = 0) WHERE shown_order IS NOT NULL;
"""


class Migration(migrations.Migration):
    """Both shapes side by side, and the rows copied over."""

    dependencies = [("tasks", "0002_storage_for_a_busy_queue")]
    operations = [
        migrations.RemoveConstraint("assignment", "a_lease_has_a_holder_and_an_end"),
        migrations.RemoveConstraint("annotationtask", "one_task_per_pair"),
        migrations.RemoveConstraint("annotationtask", "pair_in_canonical_order"),
        migrations.AddField(
            model_name="annotationtask",
            name="rollout_ids",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), null=True),
        ),
        migrations.AddField(
            model_name="assignment",
            name="shown_order",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), null=True),
        ),
        migrations.AlterField(
            model_name="annotationtask",
            name="rollout_a",
            field=models.ForeignKey(
                null=True, db_index=False, on_delete=models.PROTECT, related_name="+", to="rollouts.rollout"
            ),
        ),
        migrations.AlterField(
            model_name="annotationtask",
            name="rollout_b",
            field=models.ForeignKey(
                null=True, db_index=False, on_delete=models.PROTECT, related_name="+", to="rollouts.rollout"
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
