"""One small reader per rollout dump. Each yields rows of the ingest form in bounded memory, whatever the file's size.

A reader is `read(path, moved) -> Iterator[Located]`. Ids follow from content, never from file names, so that reading
a file again (it grew, it was rewritten, it was copied) stores nothing twice. To add one: write a reader beside the
nearest neighbour, and list it in `formats.py`.
"""
