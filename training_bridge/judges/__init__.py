"""A language model behind an OpenAI-compatible endpoint compares two completions, asked from both sides."""
