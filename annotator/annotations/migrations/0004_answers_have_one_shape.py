import django.contrib.postgres.fields
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("annotations", "0003_answers_to_forms")]
    operations = [
        migrations.RemoveField("annotation", "choice"),
        migrations.RemoveField("annotation", "strength"),
        migrations.RemoveField("annotation", "left_is_a"),
        migrations.AlterField(
            "annotation",
            "shown_order",
            django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField()),
        ),
        migrations.AddConstraint(
            "annotation",
            models.CheckConstraint(
                condition=Q(answer__isnull=True, skip__gt="") | Q(answer__isnull=False, skip=""),
                name="an_annotation_answers_or_skips",
            ),
        ),
        migrations.AddConstraint(
            "comparison",
            models.UniqueConstraint(fields=["annotation", "rollout_a", "rollout_b"], name="one_comparison_per_pair"),
        ),
        migrations.AddConstraint(
            "comparison",
            models.CheckConstraint(condition=Q(rollout_a__lt=F("rollout_b")), name="compared_in_canonical_order"),
        ),
        migrations.AddConstraint(
            "comparison",
            models.CheckConstraint(condition=Q(outcome__in=[0.0, 0.5, 1.0]), name="first_second_or_neither"),
        ),
        migrations.AddConstraint(
            "comparison",
            models.CheckConstraint(
                condition=Q(strength__isnull=True) | Q(strength__in=[1, 2, 3], outcome__in=[0.0, 1.0]),
                name="strength_only_with_a_preference",
            ),
        ),
        migrations.RunSQL(
            "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON annotations_comparison"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change();",
            "DROP TRIGGER append_only ON annotations_comparison;",
        ),
    ]
