"""What campaigns and flows led to: Klaviyo's reports, read when somebody asks, kept and shown with their age."""
