"""Images, read live: Klaviyo keeps them, a template points to them."""
