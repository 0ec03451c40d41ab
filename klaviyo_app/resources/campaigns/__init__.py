"""Campaigns: compose, estimate, clone, delete. Sending is a room of its own above this one."""
