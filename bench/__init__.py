"""`make bench`: how fast Rollcall is, mostly as ratios to the least possible work."""
