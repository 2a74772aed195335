from django.conf import settings
from django.db import migrations, models

CLAMPED = """
UPDATE campaigns_campaign SET extra_ms = greatest(0, least(extra_ms, committed_ms)),
                              extra_money = greatest(0, least(extra_money, committed_money))
WHERE extra_ms NOT BETWEEN 0 AND committed_ms OR extra_money NOT BETWEEN 0 AND committed_money"""


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0009_forms_say_every_option"),
        ("rollouts", "0005_rewards_in_an_index_of_their_own"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(CLAMPED, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("extra_ms__gte", 0),
                    ("extra_ms__lte", models.F("committed_ms")),
                    ("extra_money__gte", 0),
                    ("extra_money__lte", models.F("committed_money")),
                ),
                name="extra_time_and_money_are_part_of_it",
            ),
        ),
    ]
