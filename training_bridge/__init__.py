"""Every long-running process: scoring, training, the reward server, and what a trainer imports (`client`)."""
