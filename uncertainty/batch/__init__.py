"""Choosing a whole batch with a Bayesian head: `rules` by name; `pool`, `scores`, `greedy`, `spread` make them up."""
