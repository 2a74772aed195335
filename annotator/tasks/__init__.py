"""What to judge and who holds it: annotation tasks, and assignments under a lease."""
