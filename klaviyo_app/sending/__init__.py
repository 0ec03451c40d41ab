"""The send protocol: a campaign leaves once or not at all, and we can show it."""
