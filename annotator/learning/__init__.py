"""What a campaign's answers teach while it runs: the belief that orders its questions, and whether that pays."""
