from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tasks", "0007_personal_by_card")]
    operations = [
        # Empty for leases from before: what is paid for those is bounded by the cap alone, as it was.
        migrations.AddField(model_name="assignment", name="leased_at", field=models.DateTimeField(null=True))
    ]
