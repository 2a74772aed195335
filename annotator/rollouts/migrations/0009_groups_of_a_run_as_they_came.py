from django.db import migrations, models


class Migration(migrations.Migration):
    """The newest groups of a run are found without passing over those of all others."""

    dependencies = [("rollouts", "0008_runs_with_conversations")]
    operations = [
        migrations.AddIndex(
            model_name="promptgroup", index=models.Index(fields=["run", "id"], name="group_by_run_arrival")
        ),
    ]
