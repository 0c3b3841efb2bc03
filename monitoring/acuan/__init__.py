"""Reference data, edited by the admin: what has been used is ended or deactivated, never removed or rewritten."""
