"""What a trainer imports: rollouts out, rewards in. Only httpx is needed here; no torch, no Django."""

from .client import Client
from .scores import Scores

__all__ = ["Client", "Scores"]
