"""The score matrix to look at: a part of it, what CUR makes of it, and where that collapses."""
