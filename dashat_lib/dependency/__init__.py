"""Who depends on whom, and what happens when someone leaves: the flow of resources, ways, continuity, money, what-if."""

from .continuity import curve, importance, reliability
from .flow import Flow, flow, grants
from .money import concentration, persistence
from .stage import ON_FLOW, STATISTICS, flow_of, results
from .ways import bridges, cut, cut_points, key_players, reached, single_points, ways
from .whatif import Tie, add, add_back, additions, best_ties, withdraw, withdrawals

__all__ = [
    "ON_FLOW",
    "STATISTICS",
    "Flow",
    "Tie",
    "add",
    "add_back",
    "additions",
    "best_ties",
    "bridges",
    "concentration",
    "curve",
    "cut",
    "cut_points",
    "flow",
    "flow_of",
    "grants",
    "importance",
    "key_players",
    "persistence",
    "reached",
    "reliability",
    "results",
    "single_points",
    "ways",
    "withdraw",
    "withdrawals",
]
