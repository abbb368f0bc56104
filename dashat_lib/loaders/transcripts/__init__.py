"""Transcripts and documents: timed captions, plain text, documents of word processors, PDF."""

from .which import read, recognises

__all__ = ["read", "recognises"]
