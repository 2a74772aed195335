"""A formula refuses what it cannot use: it raises here and never swaps a bad number for a plausible one.

Defined in this package because `uncertainty` imports nothing of ours; they never reach HTTP. Each carries `code`,
`message` and `context` like every deliberate error of the product, and pickles.
"""

from __future__ import annotations

from typing import Any


class UncertaintyError(ValueError):
    """Base of the family; `str()` is the sentence a person reads."""

    code = "uncertainty_error"

    def __init__(self, message: str, **context: Any) -> None:
        super().__init__(message)
        self.message = message
        self.context = context

    def __reduce__(self) -> Any:
        return _rebuild, (type(self), self.message, self.context)


def _rebuild(cls: type[UncertaintyError], message: str, context: dict[str, Any]) -> UncertaintyError:
    return cls(message, **context)


class EmptyPool(UncertaintyError):
    """There is nothing to choose from or to measure."""

    code = "empty_pool"


class ShapeMismatch(UncertaintyError):
    """Arrays that should line up do not, or a parameter is outside what the formula is defined for."""

    code = "shape_mismatch"


class NonFiniteReward(UncertaintyError):
    """A reward, margin, probability or value is NaN or infinite."""

    code = "non_finite_reward"


class Undefined(UncertaintyError):
    """The formula has no value here: agreement where nobody could have disagreed."""

    code = "undefined"


class Unsettled(UncertaintyError):
    """An iteration did not come to rest within its steps."""

    code = "unsettled"
