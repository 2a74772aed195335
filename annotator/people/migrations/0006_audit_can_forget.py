from django.db import migrations, models


class Migration(migrations.Migration):
    """Only `audit.forget` removes entries, and never young ones; a log of millions is still read by its indexes."""

    dependencies = [("people", "0005_tokens_that_end")]
    operations = [
        migrations.RunSQL(
            """
            DROP TRIGGER append_only ON people_auditentry;
            CREATE TRIGGER append_only BEFORE UPDATE ON people_auditentry
                FOR EACH ROW EXECUTE FUNCTION refuse_change();
            CREATE TRIGGER kept BEFORE DELETE ON people_auditentry FOR EACH ROW
                WHEN (coalesce(current_setting('tiebreak.forgetting', true), 'off') <> 'on'
                      OR OLD.at > now() - interval '30 days')
                EXECUTE FUNCTION refuse_change();
            """,
            """
            DROP TRIGGER kept ON people_auditentry;
            DROP TRIGGER append_only ON people_auditentry;
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON people_auditentry
                FOR EACH ROW EXECUTE FUNCTION refuse_change();
            """,
        ),
        migrations.AddIndex(
            model_name="auditentry", index=models.Index(fields=["actor_name", "id"], name="audit_by_name_of_actor")
        ),
        migrations.AddIndex(
            model_name="auditentry", index=models.Index(fields=["about_name", "id"], name="audit_by_name_of_object")
        ),
    ]
