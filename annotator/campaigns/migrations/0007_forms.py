from django.db import migrations

# A campaign from before forms asked about pairs. The config is a JSON document, so nothing else changes shape.
FORWARD = """
UPDATE campaigns_campaign
SET config_json = config_json || '{"form": [{"kind": "pair", "name": "preference"}], "completions": 2}'
WHERE NOT config_json ? 'form';
"""
BACKWARD = "UPDATE campaigns_campaign SET config_json = config_json - 'form' - 'completions';"


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0006_invitations")]
    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RemoveField(model_name="campaign", name="label_kind"),
    ]
