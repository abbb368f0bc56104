"""What a case says of itself: ``dashat.toml``."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .errors import DashatError, Problem, message

FILE = "dashat.toml"
Share = Annotated[float, Field(gt=0, lt=1)]
Count = Annotated[int, Field(ge=1)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class VerdictRule(_Section):
    """Thresholds of rule D1 (``admission.verdict`` says what each does)."""

    n_min: Count = 5
    families_min: Count = 3
    sectors_min: Count = 3
    cut: Share = 0.5
    confidence: Share = 0.95


class Design(_Section):
    """How the stakeholders came into the study: what a statistic may be generalised to hangs on it."""

    kind: Literal["census", "sample", "purposive"]
    boundary: dict[str, str] = Field(default_factory=dict)
    response_rate: Annotated[float, Field(ge=0, le=1)] | None = None


class Settings(_Section):
    """The settings of a case.

    Attributes
    ----------
    title : dict, language -> str
    languages : list of str
        The first is the reader's: findings, figures and messages come in it.
    focal_place, wider_place : str
        Ids in ``places.csv``: the place the study is about, and the one its evidence mostly speaks of.
    own_sources : list of str
        Documents under examination. Their rows and ties stand in no test, since a text cannot confirm itself.
    framework, indicators : str, list of str
        The framework of the study and the dimensions of it that are its indicators.
    effect_codes : list of str
        Codes that stand for outcomes; they and those below them make the effects matrix.
    role_codes : list of str
        Codes of rows that state what part a stakeholder plays: such a row takes the place of the rules.
    programme : str, optional
        Programme whose flow of resources is examined, an id of ``programmes.csv``; without it no dependency is computed.
    currency : str
        Unit of ``ties.amount`` in which money is added up; sums in another currency count as unknown, they are never converted.
    teams : dict, stakeholder -> number
        Stakeholders that stand for several like ones, such as one team a kelurahan: how many they are.
    coder : str
        The coder of ``codings.csv`` whose rows decide.
    proxy_below : int
        With fewer admitted rows on the focal place a verdict is labelled a proxy.
    decimal : "." or ","
        How ``data/raw`` writes decimals; a comma counts only in columns that hold numbers.
    seed : int
    resamples : int
        Bootstrap worlds in which verdicts are read again.
    """

    title: dict[str, str]
    languages: Annotated[list[str], Field(min_length=1)]
    focal_place: str
    wider_place: str
    own_sources: list[str] = Field(default_factory=list)
    framework: str
    indicators: Annotated[list[str], Field(min_length=1)]
    effect_codes: list[str] = Field(default_factory=list)
    role_codes: list[str] = Field(default_factory=list)
    programme: str | None = None
    currency: str = "IDR"
    teams: dict[str, Annotated[int, Field(ge=2)]] = Field(default_factory=dict)
    coder: str = "adjudicated"
    proxy_below: Count = 3
    decimal: Literal[".", ","] = "."
    seed: int = 0
    resamples: Annotated[int, Field(ge=0, le=100_000)] = 500
    rule: VerdictRule = VerdictRule()
    design: Design


def read_settings(case_folder: Path) -> Settings:
    """Read ``dashat.toml`` of a case folder.

    Raises
    ------
    DashatError
        If the file is missing, is no TOML, or holds a setting that is unknown or out of range: all of them at once.
    """
    path = Path(case_folder) / FILE
    try:
        found = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise _refusal(
            message("is not in {folder}."), message("Go to the folder of a case, or name it."), folder=str(case_folder)
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise _refusal(
            message("cannot be read: {reason}."), message("Save it as a UTF-8 text file."), reason=str(error)
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise _refusal(message("is not valid TOML: {reason}."), message("Mend that line."), reason=str(error)) from None
    try:
        return Settings.model_validate(found)
    except ValidationError as error:
        raise DashatError(
            Problem(
                FILE,
                None,
                ".".join(map(str, one["loc"])) or None,
                _short(one["input"]),
                message("{reason}."),
                message("Mend this setting; the docstring of dashat_lib.settings lists them."),
                {"reason": one["msg"]},
            )
            for one in error.errors()
        ) from None


def _refusal(what: str, mend: str, **details: object) -> DashatError:
    return DashatError(Problem(FILE, None, None, None, what, mend, details))


def _short(value: object) -> str | None:
    return str(value)[:80] if isinstance(value, str | int | float | bool) else None
