"""The pretend Maton and Klaviyo: a real HTTP server of its own; of the client it shares the catalogue only."""
