from decimal import Decimal

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0007_forms")]

    operations = [
        migrations.CreateModel(
            name="Stratum",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("value", models.CharField(max_length=200)),
                ("cap_labels", models.PositiveIntegerField()),
                ("committed_labels", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="budgetentry",
            name="budget_entry_moves_something",
        ),
        migrations.AddField(
            model_name="budgetentry",
            name="extra",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="budgetentry",
            name="money",
            field=models.DecimalField(db_default=Decimal("0"), decimal_places=4, default=Decimal("0"), max_digits=16),
        ),
        migrations.AddField(
            model_name="budgetentry",
            name="ms",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="campaign",
            name="budget_hours",
            field=models.DecimalField(decimal_places=4, max_digits=12, null=True),
        ),
        migrations.AddField(
            model_name="campaign",
            name="budget_money",
            field=models.DecimalField(decimal_places=4, max_digits=16, null=True),
        ),
        migrations.AddField(
            model_name="campaign",
            name="committed_money",
            field=models.DecimalField(decimal_places=4, default=Decimal("0"), max_digits=16),
        ),
        migrations.AddField(
            model_name="campaign",
            name="committed_ms",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="campaign",
            name="currency",
            field=models.CharField(blank=True, default="", max_length=3),
        ),
        migrations.AddField(
            model_name="campaign",
            name="extra_labels",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="campaign",
            name="extra_money",
            field=models.DecimalField(decimal_places=4, default=Decimal("0"), max_digits=16),
        ),
        migrations.AddField(
            model_name="campaign",
            name="extra_ms",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="campaign",
            name="paid_seconds_cap",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="campaign",
            name="pay_per_hour",
            field=models.DecimalField(decimal_places=4, max_digits=12, null=True),
        ),
        migrations.AddField(
            model_name="campaign",
            name="pay_per_label",
            field=models.DecimalField(decimal_places=4, max_digits=12, null=True),
        ),
        migrations.AlterField(
            model_name="budgetentry",
            name="kind",
            field=models.CharField(
                choices=[("reserve", "Reserve"), ("spend", "Spend"), ("release", "Release"), ("top_up", "Top Up")],
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("labels__gte", 1), ("ms__gte", 1), ("money__gt", 0), _connector="OR"),
                name="budget_entry_moves_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("money__gte", 0), ("ms__gte", 0)), name="budget_moves_are_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("committed_ms__gte", 0),
                    models.Q(
                        ("budget_hours__isnull", True),
                        (
                            "committed_ms__lte",
                            django.db.models.expressions.CombinedExpression(
                                models.F("budget_hours"), "*", models.Value(3600000)
                            ),
                        ),
                        _connector="OR",
                    ),
                ),
                name="hours_never_exceeded",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("committed_money__gte", 0),
                    models.Q(
                        ("budget_money__isnull", True),
                        ("committed_money__lte", models.F("budget_money")),
                        _connector="OR",
                    ),
                ),
                name="money_never_exceeded",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("paid_seconds_cap__gte", 1), ("paid_seconds_cap__isnull", False)),
                    models.Q(("budget_hours__isnull", True), ("pay_per_hour__isnull", True)),
                    _connector="OR",
                ),
                name="time_that_counts_has_a_cap",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("extra_labels__lte", models.F("committed_labels"))),
                name="extra_is_part_of_what_is_committed",
            ),
        ),
        migrations.AddField(
            model_name="stratum",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="strata", to="campaigns.campaign"
            ),
        ),
        migrations.AddConstraint(
            model_name="stratum",
            constraint=models.UniqueConstraint(fields=("campaign", "value"), name="one_stratum_per_value"),
        ),
        migrations.AddConstraint(
            model_name="stratum",
            constraint=models.CheckConstraint(
                condition=models.Q(("committed_labels__lte", models.F("cap_labels"))), name="stratum_never_exceeded"
            ),
        ),
    ]
