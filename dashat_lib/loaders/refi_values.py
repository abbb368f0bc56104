"""What can a value of REFI-QDA be: the lexical forms that its schema allows."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime

# Element of a value -> type of a variable.
VALUES = {
    "TextValue": "Text", "BooleanValue": "Boolean", "IntegerValue": "Integer", "FloatValue": "Float", "DateValue": "Date",
    "DateTimeValue": "DateTime",
}  # fmt: skip
BOOLEAN = {"true": True, "1": True, "false": False, "0": False}
DIRECTIONS = ("Associative", "OneWay", "Bidirectional")
GUID = re.compile(r"\{?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?")
INTEGER = re.compile("[+-]?[0-9]+")
COLOR = re.compile("#([0-9a-fA-F]{3}){1,2}")
_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_ZONE = r"(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])?"
_DATE = re.compile(f"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}){_ZONE}")
_DATE_TIME = re.compile(rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}})(\.[0-9]+)?{_ZONE}")


def is_date(value: str) -> bool:
    """Say whether a value is a date of XML: ``2024-04-30``, a time zone may follow."""
    found = _DATE.fullmatch(value)
    return found is not None and _is_one(date.fromisoformat, found[1])


def is_date_time(value: str) -> bool:
    """Say whether a value is a time of XML: ``2024-04-30T10:15:00``, fractions and a time zone may follow."""
    found = _DATE_TIME.fullmatch(value)
    return found is not None and _is_one(datetime.fromisoformat, found[1])


def fits(kind: str | None, value: str) -> bool:
    """Say whether the schema allows a value for a variable of a type; a type that it does not know is text."""
    return _FORMS.get(kind or "", lambda text: True)(value)


_FORMS: dict[str, Callable[[str], bool]] = {
    "Boolean": lambda value: value in BOOLEAN,
    "Integer": lambda value: INTEGER.fullmatch(value) is not None,
    "Float": lambda value: _DECIMAL.fullmatch(value) is not None,
    "Date": is_date,
    "DateTime": is_date_time,
}


def _is_one(read: Callable[[str], object], value: str) -> bool:
    try:
        read(value)
    except ValueError:
        return False
    return True
