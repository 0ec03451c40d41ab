"""Everything that knows Klaviyo: rooms as stairs (docs/architecture.md)."""
