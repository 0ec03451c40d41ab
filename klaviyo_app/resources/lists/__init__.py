"""Lists: people who are put in by hand or by a form."""
