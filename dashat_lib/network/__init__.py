"""Who works with whom: build a network, measure it, see who stands between, project two modes, lay it out."""

from .brokerage import brokerage, permuted
from .build import of_case
from .measures import core_periphery, network_measures, node_measures
from .stage import results, support_of

__all__ = [
    "brokerage",
    "core_periphery",
    "network_measures",
    "node_measures",
    "of_case",
    "permuted",
    "results",
    "support_of",
]
