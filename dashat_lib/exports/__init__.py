"""Writers of files for coding programs: one module a format. Each returns what the format had no room for."""

from .refi_qda import write_refi_codebook, write_refi_qda

__all__ = ["write_refi_codebook", "write_refi_qda"]
