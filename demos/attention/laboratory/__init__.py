"""Laboratory: rank and depth of random attention, where nothing has been trained."""
