"""Every formula. numpy, or torch in the modules that say so; no Django, no Celery, no re-exports."""
