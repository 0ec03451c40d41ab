"""Segments: people whom Klaviyo finds by a definition."""
