"""From a question and an answer to a verdict."""
