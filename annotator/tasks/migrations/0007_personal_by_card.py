from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tasks", "0006_tasks_by_group")]
    operations = [
        migrations.AddIndex(
            model_name="annotationtask",
            index=models.Index(
                fields=["campaign", "rollout_ids"],
                condition=models.Q(stream__in=["gold", "repeat"]),
                name="personal_by_card",
            ),
        )
    ]
