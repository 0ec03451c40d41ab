"""Klaviyo's templates. Named email_templates since `templates` is Django's word."""
