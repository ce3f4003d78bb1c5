"""The store: one SQLite file, a writer and read-only windows on it."""
