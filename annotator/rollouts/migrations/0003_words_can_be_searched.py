import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

# The words of a text, or of the turns of a conversation, as numbers. Of very long texts the beginning counts: more
# words than PostgreSQL puts into one list must not make a rollout unstorable. Its cost is told to the planner.
FUNCTION = r"""
CREATE FUNCTION words_of(body jsonb) RETURNS int[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 20000 AS $$
DECLARE
    heard text := left(CASE jsonb_typeof(body) WHEN 'string' THEN body #>> '{}' ELSE replace(body::text, '\n', ' ') END,
                       100000);
BEGIN
    RETURN ARRAY(SELECT DISTINCT hashtext(word)
                 FROM unnest(tsvector_to_array(to_tsvector('pg_catalog.simple', heard))) word);
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("rollouts", "0002_known_backbones")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION words_of(jsonb)"),
        # Prompts are few against completions, so theirs are indexed as they arrive.
        migrations.RunSQL(
            "CREATE INDEX words_of_prompts ON rollouts_promptgroup USING gin (words_of(prompt))",
            "DROP INDEX words_of_prompts",
        ),
        migrations.CreateModel(
            name="CompletionWords",
            fields=[
                (
                    "rollout",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="rollouts.rollout",
                    ),
                ),
                ("words", django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField())),
            ],
            options={
                "indexes": [django.contrib.postgres.indexes.GinIndex(fields=["words"], name="words_of_completions")]
            },
        ),
    ]
