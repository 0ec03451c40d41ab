"""The connect protocol: from the button to an account that is in use, step by stored step."""
