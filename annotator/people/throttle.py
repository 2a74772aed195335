"""Guessing passwords is stopped, and nobody can lock somebody else out by guessing.

Every try is written down before the password is looked at and forgotten when it was right, so that many tries at once
are all counted. Three limits: one account from one network; one account from networks it never came from; one network
over all accounts that never came from it. Where somebody has signed in before, only the first can ever stop them.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db.models import QuerySet

from annotator.errors import TooManyAttempts

from .models import KnownNetwork, SignInTry, User

PAIR, PAIR_WINDOW = 10, timedelta(minutes=5)
ACCOUNT, ACCOUNT_WINDOW = 100, timedelta(hours=1)
NETWORK, NETWORK_WINDOW = 100, timedelta(minutes=5)


def admit(username: str, network: str, *, now: datetime, words: str = "wrong passwords for this name") -> SignInTry:
    """Count this try, or raise TooManyAttempts. A refused try is not counted, so waiting always helps.

    What is tried need not be an account: `words` says what there were too many of.
    """
    SignInTry.objects.filter(at__lt=now - ACCOUNT_WINDOW).delete()
    account = hashlib.sha256(username.casefold().encode()).hexdigest()
    this = SignInTry.objects.create(account=account, network=network, at=now)
    if why := _too_many(this, username, words, now=now):
        this.delete()
        raise TooManyAttempts(why)
    return this


def _too_many(this: SignInTry, username: str, words: str, *, now: datetime) -> str | None:
    of_account = SignInTry.objects.filter(account=this.account)
    if _more(of_account.filter(network=this.network), PAIR, now - PAIR_WINDOW):
        return f"Too many {words}; wait five minutes."
    if KnownNetwork.objects.filter(user__username=username, network=this.network).exists():
        return None
    if _more(of_account, ACCOUNT, now - ACCOUNT_WINDOW):
        return f"Too many {words}; wait an hour, or sign in from where you did before."
    if _more(SignInTry.objects.filter(network=this.network), NETWORK, now - NETWORK_WINDOW):
        return "Too many wrong tries from your network; wait five minutes."
    return None


def _more(tries: QuerySet[SignInTry], limit: int, since: datetime) -> bool:
    return tries.filter(at__gt=since).count() > limit


def succeeded(this: SignInTry, person: User, *, now: datetime) -> None:
    """The password was right: this account's tries from here are forgotten, and the network is known from now on."""
    SignInTry.objects.filter(account=this.account, network=this.network).delete()
    KnownNetwork.objects.update_or_create(user=person, network=this.network, defaults={"last_at": now})


def forget(this: SignInTry) -> None:
    """What was tried was right: this try is not counted."""
    this.delete()


def was_the_last(this: SignInTry, *, now: datetime) -> bool:
    """Whether this wrong try used up what one account may try from one network."""
    pair = SignInTry.objects.filter(account=this.account, network=this.network, at__gt=now - PAIR_WINDOW)
    return pair.count() == PAIR
