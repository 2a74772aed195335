from django.db import migrations, models


class Migration(migrations.Migration):
    """The table is a cache: it is emptied, and the sweep fills it again with what stands beside the words now."""

    dependencies = [("rollouts", "0006_tallies")]
    operations = [
        migrations.RunSQL("TRUNCATE rollouts_completionwords", migrations.RunSQL.noop),
        migrations.AddField("completionwords", "group_id", models.BigIntegerField(), preserve_default=False),
        migrations.AddField("completionwords", "run_id", models.BigIntegerField(), preserve_default=False),
        migrations.AddField("completionwords", "step", models.BigIntegerField(), preserve_default=False),
        migrations.AddField("completionwords", "reward", models.FloatField(null=True)),
    ]
