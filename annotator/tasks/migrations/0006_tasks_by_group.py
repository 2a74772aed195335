from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tasks", "0005_seats_and_late_work")]
    operations = [
        migrations.AddIndex(model_name="annotationtask", index=models.Index(fields=["group"], name="tasks_by_group"))
    ]
