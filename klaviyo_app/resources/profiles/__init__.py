"""Profiles, read live: Klaviyo finds them by exact address, phone number or id; they are not mirrored."""
