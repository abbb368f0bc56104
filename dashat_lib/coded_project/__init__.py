"""What a coding program stored: documents, segments, codes, coders, codings."""

from .model import CodedProject, Draft, Entry, Report

__all__ = ["CodedProject", "Draft", "Entry", "Report"]
