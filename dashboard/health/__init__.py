"""Signs of life and what /health/ answers."""
