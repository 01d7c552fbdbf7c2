"""Playing lessons for demonstrations and simulations, and knowing what is true.

Their facts are sent like LiveKit's: as signed webhooks to the real endpoint.
"""
