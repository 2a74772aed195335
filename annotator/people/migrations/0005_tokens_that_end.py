from django.db import migrations, models


class Migration(migrations.Migration):
    """Tokens made before this have no end: what runs with them goes on."""

    dependencies = [("people", "0004_audit_log")]
    operations = [
        migrations.AddField(
            model_name="apitoken", name="expires_at", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField(
            model_name="apitoken", name="last_used_at", field=models.DateTimeField(blank=True, null=True)
        ),
    ]
