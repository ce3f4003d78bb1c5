"""Readers that several channels share."""
