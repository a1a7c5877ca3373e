"""The per-object rules, judged as the API server would."""
