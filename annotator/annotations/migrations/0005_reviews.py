import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON annotations_review
FOR EACH ROW EXECUTE FUNCTION refuse_change();"""


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0004_answers_have_one_shape"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "annotation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="annotations.annotation",
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "verdict",
                    models.CharField(choices=[("accepted", "Accepted"), ("returned", "Returned")], max_length=8),
                ),
                ("note", models.TextField(blank=True)),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=~Q(verdict="returned") | Q(note__gt=""), name="a_returned_answer_is_told_why"
                    )
                ]
            },
        ),
        migrations.RunSQL(APPEND_ONLY, "DROP TRIGGER append_only ON annotations_review;"),
    ]
