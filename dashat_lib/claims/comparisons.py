"""Comparisons as fact definitions write them, ``n_sectors>=3``: read by one small grammar, never evaluated as code."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from ..schemas import VERDICTS

OPPOSITE = {"supported": "contradicted", "contradicted": "supported"}
NEAR = 1e-9  # two shares that differ by less are one share, written in binary

_SIDE = r"([^\s()<>=;]+)(?:\(([^()]*)\))?"
_COMPARISON = re.compile(rf"\s*{_SIDE}\s*(==|>=|<=|>|<)\s*{_SIDE}\s*")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


@dataclass(frozen=True)
class Reference:
    """A fact that a comparison names, with the codes it is asked for: ``d1_verdict(challenge-sustainability)``."""

    fact: str
    codes: str | None = None

    def __str__(self) -> str:
        return self.fact if self.codes is None else f"{self.fact}({self.codes})"


@dataclass(frozen=True)
class Comparison:
    """One comparison of a fact with a number, a verdict or another fact.

    Attributes
    ----------
    left : Reference
    op : "==", ">=", "<=", ">" or "<"
    right : float, str or Reference
        A number, one of :data:`dashat_lib.schemas.VERDICTS`, or another fact.
    """

    left: Reference
    op: str
    right: float | str | Reference

    def __str__(self) -> str:
        right = f"{self.right:g}" if isinstance(self.right, float) else str(self.right)
        return f"{self.left}{self.op}{right}"

    @property
    def references(self) -> tuple[Reference, ...]:
        """The facts that have to be known first."""
        return (self.left, self.right) if isinstance(self.right, Reference) else (self.left,)


def comparisons(text: str) -> tuple[Comparison, ...]:
    """Read comparisons joined by ";".

    Raises
    ------
    ValueError
        If a part is no comparison; it is named.
    """
    return tuple(_comparison(part) for part in text.split(";") if part.strip())


def _comparison(text: str) -> Comparison:
    found = _COMPARISON.fullmatch(text)
    if found is None or _NUMBER.fullmatch(found[1]):
        raise ValueError(f"'{text.strip()}' is no comparison of a fact with a number, a verdict or a fact")
    name, codes, op, right, of = found.groups()
    return Comparison(Reference(name, codes), op, threshold(right) if of is None else Reference(right, of))


def threshold(text: str) -> float | str | Reference:
    """Read the right side of a comparison: a number, a verdict, or the name of a fact."""
    text = text.strip()
    if _NUMBER.fullmatch(text):
        return float(text)
    return text if text in VERDICTS else Reference(text)


def is_open(value: object) -> bool:
    """Say whether a value decides nothing: it is missing, or the word for it."""
    return value is None or value == "undecidable" or (isinstance(value, float) and math.isnan(value))


def holds(value: object, op: str, other: object, high: float | None = None) -> bool:
    """Say whether a comparison of two known values holds; words are only ever equal or not.

    Parameters
    ----------
    op : one of the operators, or "between"
    high : float, optional
        Upper end of "between", itself inside.
    """
    if isinstance(value, str) or isinstance(other, str):
        return op == "==" and value == other
    one, two = float(value), float(other)  # type: ignore[arg-type]
    equal = math.isclose(one, two, rel_tol=NEAR, abs_tol=NEAR)
    if op == "between":
        return (one > two or equal) and high is not None and (one < high or math.isclose(one, high, abs_tol=NEAR))
    return {
        "==": equal, ">=": one > two or equal, "<=": one < two or equal, ">": one > two and not equal, "<": one < two and not equal,
    }[op]  # fmt: skip
