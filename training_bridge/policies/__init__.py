"""Policies trained against exactly one promoted reward model version, as supervised subprocesses. No Django here."""
