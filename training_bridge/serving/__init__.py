"""The parts of the reward server: questions checked, tokens known, versions loaded once, requests scored together."""
