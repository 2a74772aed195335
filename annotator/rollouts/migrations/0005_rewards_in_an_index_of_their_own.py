from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("rollouts", "0004_rollouts_in_order_of_reward_and_doubt")]
    operations = [
        migrations.RemoveIndex(model_name="rollout", name="rollouts_by_reward"),
        migrations.AddIndex(
            model_name="rollout",
            index=models.Index(
                fields=["run", "reward", "id"], condition=Q(reward__isnull=False), name="rollouts_by_reward"
            ),
        ),
    ]
