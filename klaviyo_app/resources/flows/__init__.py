"""Flows: what Klaviyo mails by itself. Mirrored; looked into live, switched, copied, deleted."""
