"""What to measure next: the runs that narrow an interval most, and what mends a refused fit."""
