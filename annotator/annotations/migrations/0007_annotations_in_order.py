from django.db import migrations, models


class Migration(migrations.Migration):
    """The newest answer of a campaign, and those since another one, are found without looking at anybody else's."""

    dependencies = [("annotations", "0006_gold")]
    operations = [
        migrations.AddIndex(
            model_name="annotation", index=models.Index(fields=["campaign", "id"], name="annotations_in_order")
        ),
    ]
