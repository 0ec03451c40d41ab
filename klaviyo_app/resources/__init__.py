"""Klaviyo's resources, a folder each."""
