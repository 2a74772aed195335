"""A crowd of annotators for the queue benchmark: what they are asked about, how they act, and what must hold after."""
