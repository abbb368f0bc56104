"""A coded project for other programs: as tables, and as REFI-QDA. What a format has no room for is told."""

from .refi_qda import write_refi_codebook, write_refi_qda
from .tables import write_tables

__all__ = ["write_refi_codebook", "write_refi_qda", "write_tables"]
