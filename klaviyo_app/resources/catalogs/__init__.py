"""Catalogs: what the shop sells. Items with their variants, and categories; read live, the shop's own catalog only."""
