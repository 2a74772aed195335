from django.db import migrations

TABLES = ["annotations_annotation", "annotations_labelset", "annotations_labelsetitem"]
FORWARD = "\n".join(
    f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();"
    for table in TABLES
)
BACKWARD = "\n".join(f"DROP TRIGGER append_only ON {table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("annotations", "0001_initial"), ("campaigns", "0002_budget_is_append_only")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
