from typing import Any

from django.db import migrations

from annotator.campaigns.forms.form import Form
from annotator.errors import InvalidConfig


def write_out(apps: Any, schema_editor: Any) -> None:
    """A stored form says every option of its questions; one that could not be read stays as it is."""
    campaigns = apps.get_model("campaigns", "Campaign").objects.all()
    for campaign in campaigns.only("id", "config_json").iterator():
        config = campaign.config_json
        try:
            form = Form.from_json(config["form"], config["completions"]).to_json()
        except (InvalidConfig, KeyError):
            continue
        if form != config["form"]:
            campaign.config_json = {**config, "form": form}
            campaign.save(update_fields=["config_json"])


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0008_hours_money_and_strata")]
    # Back again there is nothing to do: the options are read where they are given.
    operations = [migrations.RunPython(write_out, migrations.RunPython.noop)]
