"""The HTTP surface, /api/v1. It translates; every rule lives in the packages below."""
