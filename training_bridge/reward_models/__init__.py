"""Reward models on frozen features: heads, losses, training, evaluation, artifacts. Plain data in, plain data out."""
