"""What the policy wrote and what reward models think of it: runs, groups, rollouts, versions, scores."""
