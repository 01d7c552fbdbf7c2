"""Lessons that are played for demonstrations and simulations, and what is true of them.

Their facts take the way of all facts: signed webhooks through the real endpoint.
"""
