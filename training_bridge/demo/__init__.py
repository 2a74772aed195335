"""The demo: the whole line on one machine, with simulated annotators who hold a preference nobody else knows."""
