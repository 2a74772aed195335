from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rollouts", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="KnownBackbone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("spec", models.CharField(max_length=500, unique=True)),
                ("digest", models.CharField(max_length=64)),
            ],
        ),
    ]
