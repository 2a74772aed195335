from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rollouts", "0003_words_can_be_searched")]
    operations = [
        migrations.AddIndex(
            model_name="rollout", index=models.Index(fields=["run", "reward", "id"], name="rollouts_by_reward")
        ),
        migrations.AddIndex(
            model_name="score", index=models.Index(fields=["version", "spread", "rollout"], name="scores_by_spread")
        ),
    ]
