"""`uncertainty` is numpy and nothing of ours; its errors cross process boundaries."""

from __future__ import annotations

import pickle
import pkgutil
import subprocess
import sys

import pytest

import uncertainty
from uncertainty.errors import EmptyPool, NonFiniteReward, ShapeMismatch, UncertaintyError


def test_importing_every_formula_loads_neither_torch_nor_django():
    modules = ", ".join(module.name for module in pkgutil.walk_packages(uncertainty.__path__, "uncertainty."))
    program = f"import sys, {modules}; print(sorted({{'torch', 'django', 'celery', 'annotator'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("kind", [UncertaintyError, EmptyPool, NonFiniteReward, ShapeMismatch])
def test_errors_are_value_errors_with_a_code_and_survive_pickling(kind):
    error = pickle.loads(pickle.dumps(kind("sentence", bad=3)))
    assert type(error) is kind and isinstance(error, ValueError)
    assert (error.code, error.message, error.context) == (kind.code, "sentence", {"bad": 3})
