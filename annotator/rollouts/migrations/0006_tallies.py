import django.db.models.deletion
from django.db import migrations, models

# By statement, not by row: a batch of an ingest adds to one tally once, as the last thing before it commits.
TALLIES = """
CREATE FUNCTION tally_of_runs() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE of_groups int := CASE TG_TABLE_NAME WHEN 'rollouts_promptgroup' THEN 1 ELSE 0 END;
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO rollouts_runtally AS tally (run_id, groups, rollouts)
        SELECT run_id, of_groups * count(*), (1 - of_groups) * count(*) FROM changed GROUP BY run_id ORDER BY run_id
        ON CONFLICT (run_id) DO UPDATE
        SET groups = tally.groups + EXCLUDED.groups, rollouts = tally.rollouts + EXCLUDED.rollouts;
    ELSE  -- a run that goes takes its tally along, maybe before its rows
        UPDATE rollouts_runtally tally
        SET groups = tally.groups - of_groups * gone.n, rollouts = tally.rollouts - (1 - of_groups) * gone.n
        FROM (SELECT run_id, count(*) AS n FROM changed GROUP BY run_id) gone WHERE gone.run_id = tally.run_id;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION tally_of_scores() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO rollouts_scoretally AS tally (version_id, run_id, scores)
        SELECT changed.version_id, rollout.run_id, count(*)
        FROM changed JOIN rollouts_rollout rollout ON rollout.id = changed.rollout_id
        GROUP BY 1, 2 ORDER BY 1, 2
        ON CONFLICT (version_id, run_id) DO UPDATE SET scores = tally.scores + EXCLUDED.scores;
    ELSE
        UPDATE rollouts_scoretally tally SET scores = tally.scores - gone.n
        FROM (SELECT changed.version_id, rollout.run_id, count(*) AS n
              FROM changed JOIN rollouts_rollout rollout ON rollout.id = changed.rollout_id GROUP BY 1, 2) gone
        WHERE gone.version_id = tally.version_id AND gone.run_id = tally.run_id;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER groups_come AFTER INSERT ON rollouts_promptgroup
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tally_of_runs();
CREATE TRIGGER groups_go AFTER DELETE ON rollouts_promptgroup
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tally_of_runs();
CREATE TRIGGER rollouts_come AFTER INSERT ON rollouts_rollout
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tally_of_runs();
CREATE TRIGGER rollouts_go AFTER DELETE ON rollouts_rollout
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tally_of_runs();
CREATE TRIGGER scores_come AFTER INSERT ON rollouts_score
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tally_of_scores();
CREATE TRIGGER scores_go AFTER DELETE ON rollouts_score
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tally_of_scores();

INSERT INTO rollouts_runtally (run_id, groups, rollouts)
SELECT run.id, (SELECT count(*) FROM rollouts_promptgroup WHERE run_id = run.id),
       (SELECT count(*) FROM rollouts_rollout WHERE run_id = run.id) FROM rollouts_policyrun run;
INSERT INTO rollouts_scoretally (version_id, run_id, scores)
SELECT score.version_id, rollout.run_id, count(*) FROM rollouts_score score
JOIN rollouts_rollout rollout ON rollout.id = score.rollout_id GROUP BY 1, 2;
"""
GONE = """
DROP TRIGGER groups_come ON rollouts_promptgroup;
DROP TRIGGER groups_go ON rollouts_promptgroup;
DROP TRIGGER rollouts_come ON rollouts_rollout;
DROP TRIGGER rollouts_go ON rollouts_rollout;
DROP TRIGGER scores_come ON rollouts_score;
DROP TRIGGER scores_go ON rollouts_score;
DROP FUNCTION tally_of_runs();
DROP FUNCTION tally_of_scores();
"""


class Migration(migrations.Migration):
    dependencies = [("rollouts", "0005_rewards_in_an_index_of_their_own")]
    operations = [
        migrations.CreateModel(
            name="RunTally",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="tally",
                        serialize=False,
                        to="rollouts.policyrun",
                    ),
                ),
                ("groups", models.BigIntegerField(db_default=0, default=0)),
                ("rollouts", models.BigIntegerField(db_default=0, default=0)),
            ],
        ),
        migrations.CreateModel(
            name="ScoreTally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scores", models.BigIntegerField(db_default=0, default=0)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="rollouts.policyrun"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="rollouts.rewardmodelversion",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("version", "run"), name="one_tally_per_version_and_run")
                ],
            },
        ),
        migrations.RunSQL(TALLIES, GONE),
    ]
