from django.db import migrations

# Whether a run holds conversations, without reading what it wrote: where it holds none, both indexes are empty of it.
INDEXES = """
CREATE INDEX prompts_that_are_conversations ON rollouts_promptgroup (run_id) WHERE jsonb_typeof(prompt) = 'array';
CREATE INDEX completions_that_are_conversations ON rollouts_rollout (run_id) WHERE jsonb_typeof(completion) = 'array';
"""
GONE = "DROP INDEX prompts_that_are_conversations; DROP INDEX completions_that_are_conversations;"


class Migration(migrations.Migration):
    dependencies = [("rollouts", "0007_words_with_what_searches_compare")]
    operations = [migrations.RunSQL(INDEXES, GONE)]
