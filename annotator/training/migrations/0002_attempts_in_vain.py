from django.db import migrations, models


class Migration(migrations.Migration):
    """Attempts that kept a checkpoint are not held against a job, so there may be more of them than before."""

    dependencies = [("training", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="trainingjob",
            name="in_vain",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AlterField(model_name="trainingjob", name="attempt", field=models.PositiveIntegerField(default=0)),
        migrations.AlterField(model_name="trainingjobline", name="attempt", field=models.PositiveIntegerField()),
    ]
