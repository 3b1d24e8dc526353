"""Berthplan: guests book a berth, harbour masters plan their jetties."""

__version__ = "2.1.0"
