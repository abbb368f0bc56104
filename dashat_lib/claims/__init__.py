"""Which claims of the document under examination stand? Tests and facts to verdicts, with what would turn them."""

from .margins import claim_turns
from .reckoning import Reckoning, notes
from .stage import measured, resampled, results
from .statistics import STATISTICS
from .verdicts import claim_verdict, combined, outcome

__all__ = [
    "STATISTICS",
    "Reckoning",
    "claim_turns",
    "claim_verdict",
    "combined",
    "measured",
    "notes",
    "outcome",
    "resampled",
    "results",
]
