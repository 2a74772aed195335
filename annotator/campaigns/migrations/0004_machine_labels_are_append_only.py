from django.db import migrations

FORWARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON campaigns_machinelabel
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
BACKWARD = "DROP TRIGGER append_only ON campaigns_machinelabel;"


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0003_machine_labels")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
