"""Events: what people did. Read live; recorded by hand or from a file."""
