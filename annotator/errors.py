"""Every error the product raises on purpose: a stable code, a sentence for a person, and the ids involved.

To add one: subclass the family whose HTTP status fits, set `code`, and write the sentence where it is raised.
Errors cross process boundaries (Celery, subprocesses), so they pickle: extra fields are plain and keyword-given.
"""

from __future__ import annotations

from typing import Any


class TiebreakError(Exception):
    """Base of all deliberate errors; `str()` is the sentence a person reads."""

    code = "error"
    http_status = 400

    def __init__(self, message: str, **context: Any) -> None:
        super().__init__(message)
        self.message = message
        self.context = context

    def __reduce__(self) -> Any:
        return _rebuild, (type(self), self.message, self.context)

    def as_dict(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message, "context": self.context}


def _rebuild(cls: type[TiebreakError], message: str, context: dict[str, Any]) -> TiebreakError:
    return cls(message, **context)


class InvalidInput(TiebreakError):
    code = "invalid_input"
    http_status = 400


class InvalidRollout(InvalidInput):
    """One row of an ingest batch is unusable; `context` carries `row` and `field`. `reason` refines the code."""

    code = "invalid_rollout"

    def __init__(self, message: str, *, reason: str = "invalid_rollout", **context: Any) -> None:
        super().__init__(message, reason=reason, **context)
        self.code = reason

    def __reduce__(self) -> Any:
        return _rebuild, (type(self), self.message, self.context)


class InvalidAnswer(InvalidInput):
    code = "invalid_answer"


class InvalidConfig(InvalidInput):
    code = "invalid_config"


class SearchTooWide(InvalidInput):
    """What was asked for would read too much; the sentence says how to ask for less."""

    code = "search_too_wide"
    http_status = 422


class BodyTooLarge(InvalidInput):
    code = "body_too_large"
    http_status = 413


class Busy(TiebreakError):
    """No room for this now; nothing is lost by asking for something smaller."""

    code = "busy"
    http_status = 429


class NotFound(TiebreakError):
    """`code` names what was not found: unknown_run, unknown_campaign, ..."""

    code = "not_found"
    http_status = 404

    def __init__(self, message: str, *, code: str = "not_found", **context: Any) -> None:
        super().__init__(message, **context)
        self.code = code

    def __reduce__(self) -> Any:
        return _rebuild_coded, (type(self), self.message, self.code, self.context)


def _rebuild_coded(cls: type[NotFound | Conflict], message: str, code: str, context: dict[str, Any]) -> TiebreakError:
    return cls(message, code=code, **context)


class NotAllowed(TiebreakError):
    code = "not_allowed"
    http_status = 403


class MemberPaused(NotAllowed):
    """A manager or a low gold score took somebody off a campaign for now; `context` carries `because`."""

    code = "member_paused"


class TokenExpired(TiebreakError):
    """A token past its date; `context` carries `expired_at`."""

    code = "token_expired"
    http_status = 401


class AnotherPerson(TiebreakError):
    """A page of one person's calls while another one is signed in in that browser: it speaks for neither of them."""

    code = "another_person"
    http_status = 401


class SignInRefused(NotAllowed):
    """A single sign-on that ends at the door; `reason` is stable and picks the sentence on the sign-in page."""

    code = "sign_in_refused"


class TooManyAttempts(TiebreakError):
    code = "too_many_attempts"
    http_status = 429


class Conflict(TiebreakError):
    """`code` names a conflict that has no class of its own."""

    code = "conflict"
    http_status = 409

    def __init__(self, message: str, *, code: str = "", **context: Any) -> None:
        super().__init__(message, **context)
        self.code = code or self.code

    def __reduce__(self) -> Any:
        return _rebuild_coded, (type(self), self.message, self.code, self.context)


class InvitationUnusable(Conflict):
    """Used up, expired, revoked, of a closed campaign, or never made: whoever holds the link learns only that."""

    code = "invitation_unusable"


class DecidedAlready(Conflict):
    """Somebody else ended the dispute first."""

    code = "decided_already"


class OwnDispute(Conflict):
    """Nobody decides about a card that they judged themselves."""

    code = "own_dispute"


class LeaseLost(Conflict):
    code = "lease_lost"


class AlreadySubmitted(Conflict):
    code = "already_submitted"


class KeyReused(Conflict):
    code = "idempotency_key_reused"


class StaleRevision(Conflict):
    code = "stale_revision"


class CampaignClosed(Conflict):
    code = "campaign_closed"


class NothingToLearn(Conflict):
    code = "nothing_to_learn"


class FenceLost(Conflict):
    """Another attempt owns the job now; this one must stop without writing."""

    code = "fence_lost"


class BudgetExhausted(TiebreakError):
    code = "budget_exhausted"
    http_status = 409
