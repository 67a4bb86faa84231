"""The score matrix, its anchors, and where the reconstruction collapses."""
