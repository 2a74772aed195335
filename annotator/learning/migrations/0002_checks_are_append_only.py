from django.db import migrations

FORWARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON learning_strategycheck
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
BACKWARD = "DROP TRIGGER append_only ON learning_strategycheck;"


class Migration(migrations.Migration):
    dependencies = [("learning", "0001_initial"), ("campaigns", "0002_budget_is_append_only")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
