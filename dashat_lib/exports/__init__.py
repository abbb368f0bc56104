"""A coded project for other programs: as tables."""

from .tables import write_tables

__all__ = ["write_tables"]
