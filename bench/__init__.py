"""`make bench`: how fast, as ratios to the least that the same machine could do."""
