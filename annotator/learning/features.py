"""Features of rollouts, from the cache that the scoring workers fill; loads no backbone and no torch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from django.conf import settings
from django.db import connection

from annotator.campaigns.models import Campaign
from annotator.rollouts.models import KnownBackbone

from .places import rows_of

FEATURES = """
SELECT r.id, f.features FROM rollouts_rollout r
JOIN rollouts_completionfeature f ON f.backbone_digest = %s AND f.text_digest = r.text_digest
WHERE r.id = ANY(%s)
"""

CHARACTERS = "SELECT id, length(completion::text) FROM rollouts_rollout WHERE id = ANY(%s)"


def backbone_digest(campaign: Campaign) -> str | None:
    """The backbone whose features this campaign's reward model reads; None until one was loaded under that name."""
    spec = campaign.config.training.get("backbone", settings.BACKBONE)
    return KnownBackbone.objects.filter(spec=spec).values_list("digest", flat=True).first()


def characters(rollouts: np.ndarray) -> np.ndarray:
    """How long each completion is to read (N,)."""
    with connection.cursor() as cursor:
        cursor.execute(CHARACTERS, [rollouts.tolist()])
        length_of = dict(cursor.fetchall())
    return np.array([length_of[rollout] for rollout in rollouts.tolist()], dtype=float)


class Features:
    """Rows of features by rollout id, read from the database once and kept while the same rollouts are asked for."""

    def __init__(self, digest: str) -> None:
        self.digest = digest
        self._ids_N = np.empty(0, dtype=np.int64)  # ascending
        self._rows_N_D = np.empty((0, 0), dtype=np.float32)

    def read(self, rollouts: Sequence[int] | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(features (N, D), known (N,)) of rollouts; rows that are not there yet are zero. Forgets all others."""
        wanted_N = np.asarray(rollouts, dtype=np.int64)
        at_N = rows_of(self._ids_N, wanted_N)
        missing = np.unique(wanted_N[at_N < 0])
        if len(missing):
            self._add(missing)
            at_N = rows_of(self._ids_N, wanted_N)
        known_N = at_N >= 0
        features_N_D = np.zeros((len(wanted_N), self._rows_N_D.shape[1]), dtype=np.float32)
        features_N_D[known_N] = self._rows_N_D[at_N[known_N]]
        keep = np.unique(at_N[known_N])
        if len(keep) < len(self._ids_N):
            self._ids_N, self._rows_N_D = self._ids_N[keep], self._rows_N_D[keep]
        return features_N_D, known_N

    def _add(self, rollouts: np.ndarray) -> None:
        with connection.cursor() as cursor:
            cursor.execute(FEATURES, [self.digest, rollouts.tolist()])
            found = cursor.fetchall()
        if not found:
            return
        ids_N = np.concatenate((self._ids_N, [row[0] for row in found]))
        fresh_N_D = np.stack([np.frombuffer(row[1], dtype="<f4") for row in found])
        rows_N_D = np.concatenate((self._rows_N_D.reshape(-1, fresh_N_D.shape[1]), fresh_N_D))
        order = np.argsort(ids_N)
        self._ids_N, self._rows_N_D = ids_N[order], rows_N_D[order]
