"""The one-command machine: embedded PostgreSQL and the supervisor behind `manage.py up`."""
