"""Acme's own check kind and pack for qmslint."""
