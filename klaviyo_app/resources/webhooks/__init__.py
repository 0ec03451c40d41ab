"""Webhooks: whom Klaviyo tells what happens; and our own receiver, which keeps the mirror fresh."""
