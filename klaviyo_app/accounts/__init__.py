"""Connected Klaviyo accounts: their connection, rights, health, and the client for one."""
