"""Who may do what: users with a role, and API tokens kept only as digests."""
