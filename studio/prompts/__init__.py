"""The language of prompts: grammar, weights, wildcards, styles. Text in, values out."""
