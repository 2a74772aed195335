"""The parts of `benchmarks.label_efficiency`: data, cached features, learners, arms, modes, statistics, report."""
