from django.db import migrations, models


class Migration(migrations.Migration):
    """Some days of a log of years are found without reading the years."""

    dependencies = [("people", "0006_audit_can_forget")]
    operations = [
        migrations.AddIndex(model_name="auditentry", index=models.Index(fields=["at", "id"], name="audit_by_time")),
    ]
