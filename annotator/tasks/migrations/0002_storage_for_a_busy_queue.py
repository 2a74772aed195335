from django.db import migrations

# Settling a task changes no indexed column: room in its page makes that update touch no index.
# Slots turn over by nature: statistics and vacuum follow every fiftieth of the queue, not every fifth.
FORWARD = """
ALTER TABLE tasks_annotationtask SET (fillfactor = 90);
ALTER TABLE tasks_assignment SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
"""
BACKWARD = """
ALTER TABLE tasks_annotationtask RESET (fillfactor);
ALTER TABLE tasks_assignment RESET (autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor);
"""


class Migration(migrations.Migration):
    dependencies = [("tasks", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
