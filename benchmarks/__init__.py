"""How long a person waits, as ratios to a bare program doing the same on the same machine in the same run."""
