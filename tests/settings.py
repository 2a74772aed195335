"""The product's settings on a temporary home with its own embedded PostgreSQL."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("WANDB_MODE", "offline")
os.environ["TIEBREAK_HOME"] = str(Path(tempfile.mkdtemp(prefix="tb-")).resolve())
os.environ.pop("DATABASE_URL", None)

from annotator.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # tests sign in often; this one is quick
