"""Metrics: what people do, as Klaviyo counts it. Mirrored; their numbers are asked for live."""
