"""Errors of the long-running processes name the boundary that failed and say whether trying again can help.

The boundary is where our code met something it does not control: `backbone`, `artifact`, `training`, `subprocess`,
`trainer`, `api`. A failed run is data: these are recorded on the job, with boundary, type and message. They cross
process boundaries, so they pickle; extra fields are plain and keyword-given.

To add one: subclass `BridgeError`, set `code`, and `retryable` if a second try may succeed.
"""

from __future__ import annotations

from typing import Any


class BridgeError(Exception):
    """Base of all deliberate errors of the bridge; `str()` is the sentence an operator reads."""

    code = "bridge_error"
    retryable = False

    def __init__(self, message: str, *, boundary: str, retryable: bool | None = None, **context: Any) -> None:
        super().__init__(message)
        self.message = message
        self.boundary = boundary
        self.context = context
        if retryable is not None:
            self.retryable = retryable

    def __reduce__(self) -> Any:
        return _rebuild, (type(self), self.message, self.boundary, self.retryable, self.context)

    def as_dict(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "boundary": self.boundary,
            "type": type(self).__name__,
            "message": self.message,
            "retryable": self.retryable,
            "context": self.context,
        }


def _rebuild(cls: type[BridgeError], message: str, boundary: str, retryable: bool, context: dict[str, Any]) -> Any:
    return cls(message, boundary=boundary, retryable=retryable, **context)


class BackendUnavailable(BridgeError):
    """Something we need did not answer or is not installed; trying again may help."""

    code = "backend_unavailable"
    retryable = True


class TrainingDiverged(BridgeError):
    """The loss or a parameter stopped being a finite number; nothing was saved."""

    code = "training_diverged"


class ArtifactMissing(BridgeError):
    """Files that should be there are not."""

    code = "artifact_missing"


class ArtifactCorrupt(BridgeError):
    """Files are there but are not what was written: wrong digest, wrong shape, unreadable, not finite."""

    code = "artifact_corrupt"


class InvalidTrainingData(BridgeError):
    """The comparisons or the configuration handed to a trainer cannot be learnt from."""

    code = "invalid_training_data"
