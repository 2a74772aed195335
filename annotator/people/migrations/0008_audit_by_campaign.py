from django.db import migrations, models


class Migration(migrations.Migration):
    """What happened in one campaign is found without reading what happened elsewhere."""

    dependencies = [("people", "0007_audit_by_time")]
    operations = [
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(
                models.Func(
                    models.F("about_name"),
                    models.Value(": "),
                    models.Value(1),
                    function="split_part",
                    output_field=models.TextField(),
                ),
                models.F("id"),
                condition=models.Q(about__in=("campaign", "membership", "invitation")),
                name="audit_by_campaign",
            ),
        ),
    ]
