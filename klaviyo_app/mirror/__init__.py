"""Our copy of Klaviyo's small kinds: absorb an answer, read a whole kind, versions, age."""
