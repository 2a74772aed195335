"""What people said, whether it settles the question, and the label sets frozen from it."""
