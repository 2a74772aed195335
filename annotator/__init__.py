"""Every table, and every rule about people and budget. Django; never torch, never Celery."""
