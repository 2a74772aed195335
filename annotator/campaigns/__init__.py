"""A question put to people, its frozen config, and how many answers may be bought."""
