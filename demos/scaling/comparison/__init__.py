"""Compare laws: fitted to the same points, and asked about scales that they have not seen."""
