"""The parts of `benchmarks.scoring`: the scorer, choosing what to ask, an answer's way to the queue, and a GPU."""
