#!/usr/bin/env python
"""Tiebreak's command line: `up`, `ingest`, `demo`, `migrate` and the rest of Django's."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "annotator.settings")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed for this Python: run `make setup`, then use .venv/bin/python manage.py.")
    from annotator.local.home import LocalProblem, choose_home

    choose_home(sys.argv)
    try:
        execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, LocalProblem) as problem:
        # A wrong setting or an unusable home is a sentence for a person, not a traceback.
        sys.exit(f"{os.path.basename(sys.argv[0])}: {problem}")
