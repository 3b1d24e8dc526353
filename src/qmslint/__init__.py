"""Clause-by-clause examination of quality-management evidence in a git repository."""

__version__ = "0.1.0"
