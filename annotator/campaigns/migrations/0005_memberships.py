"""Who belongs to a campaign gets a role in it. The table of the plain link is kept, and so is every row of it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

ROLES = [("annotator", "Annotator"), ("adjudicator", "Adjudicator"), ("manager", "Manager")]
# The plain link had unnamed constraints; the database keeps them, and the named one takes the place of its unique one.
ADJUDICATORS_STAY_ADJUDICATORS = """
UPDATE campaigns_campaign_annotators member SET role = 'adjudicator'
FROM people_user person WHERE person.id = member.user_id AND person.role = 'adjudicator'"""
WITHOUT_THE_UNNAMED_CONSTRAINT = """
DO $$ DECLARE unnamed text; BEGIN
    SELECT conname INTO unnamed FROM pg_constraint
    WHERE conrelid = 'campaigns_campaign_annotators'::regclass AND contype = 'u';
    EXECUTE format('ALTER TABLE campaigns_campaign_annotators DROP CONSTRAINT %I', unnamed);
END $$"""
WITH_IT_AGAIN = "ALTER TABLE campaigns_campaign_annotators ADD UNIQUE (campaign_id, user_id)"


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("campaigns", "0004_machine_labels_are_append_only"),
    ]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(WITHOUT_THE_UNNAMED_CONSTRAINT, WITH_IT_AGAIN)],
            state_operations=[
                migrations.CreateModel(
                    name="Membership",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "campaign",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="memberships",
                                to="campaigns.campaign",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="memberships",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={"db_table": "campaigns_campaign_annotators"},
                ),
                migrations.AlterField(
                    model_name="campaign",
                    name="annotators",
                    field=models.ManyToManyField(
                        related_name="campaigns", through="campaigns.Membership", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.AddField("membership", "role", models.CharField(choices=ROLES, default="annotator", max_length=16)),
        migrations.AddField("membership", "paused_at", models.DateTimeField(null=True)),
        migrations.AddField("membership", "paused_because", models.CharField(blank=True, default="", max_length=300)),
        migrations.RunSQL(ADJUDICATORS_STAY_ADJUDICATORS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "membership",
            models.UniqueConstraint(fields=("campaign", "user"), name="one_role_per_campaign_and_person"),
        ),
        migrations.AddConstraint(
            "membership",
            models.CheckConstraint(
                condition=models.Q(role__in=["annotator", "adjudicator", "manager"]), name="campaign_role_is_known"
            ),
        ),
    ]
