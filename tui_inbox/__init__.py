"""A terminal inbox in which no customer is ever left unattended."""

__version__ = "0.1.0"
