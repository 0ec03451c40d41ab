"""Tags and tag groups, read live: an account has at most 500 and 50 of them."""
