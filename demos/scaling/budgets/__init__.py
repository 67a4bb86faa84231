"""IsoFLOP: parabolas of the loss at equal compute, and the law of their minima."""
