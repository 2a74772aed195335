"""`python -m annotator.local.healthy URL`: exit 0 when the server there answers, for a container's health check.

An answer below 500 is healthy. It loads nothing of Django, since it runs every few seconds.
"""

from __future__ import annotations

import sys
import urllib.error
import urllib.request


def status_of(url: str, seconds: float = 4.0) -> int | None:
    """The HTTP status at `url`, or None when nothing answers there."""
    # Straight to the server: a proxy of the environment is for other machines.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=seconds) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as answer:
        return answer.code
    except OSError:
        return None


if __name__ == "__main__":
    status = status_of(sys.argv[1])
    sys.exit(0 if status is not None and status < 500 else 1)
