"""Tables of ratings, however two colleagues wrote them: long or wide, CSV or XLSX, one file or a file a coder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..errors import Problem, TableError, message
from ..schemas import is_number, shortened
from .case import read_table

UNIT = (
    "unit",
    "units",
    "item",
    "subject",
    "segment",
    "segment_id",
    "evidence_id",
    "document",
    "row",
    "id",
    "baris",
    "satuan",
)
CODER = ("coder", "rater", "annotator", "user", "judge", "pengode", "penilai")
VALUE = ("value", "code", "codes", "rating", "category", "label", "score", "code_id", "kode", "nilai")
NUMERIC = ("ordinal", "interval", "ratio")
SEPARATOR = ";"


@dataclass(frozen=True)
class RatingFile:
    """What was read.

    Attributes
    ----------
    table : DataFrame, one row a unit, one column a coder
        Values as text, numbers or frozensets (``sets``); missing where not coded.
    sets : bool
    layout : "long", "wide" or "side by side"
    """

    table: pd.DataFrame
    sets: bool
    layout: str

    def long(self) -> pd.DataFrame:
        """Return the ratings one row a unit, coder and code: ``unit, coder, code``."""
        rows = (
            self.table.rename_axis("unit")
            .reset_index()
            .melt("unit", var_name="coder", value_name="code")
            .dropna(subset=["code"])
        )
        if self.sets:
            rows = rows.assign(code=rows["code"].map(sorted)).explode("code").dropna(subset=["code"])
        return rows.reset_index(drop=True)


def read_ratings(
    paths: Sequence[Path | str],
    *,
    metric: str = "nominal",
    sets: bool = False,
    unit: str | None = None,
    coder: str | None = None,
    value: str | None = None,
) -> RatingFile:
    """Read ratings from one table, or one table a coder.

    Long: a column of units, one of coders, one of values. Wide: the first column holds the units, each other one a coder.
    Side by side: several files, each a column of units and one of values; the coder is the name of the file.

    Parameters
    ----------
    metric : str
        For "ordinal", "interval" and "ratio" every value must be a number.
    sets : bool
        A value is a set of codes: cells hold codes joined by ";", and several rows of one unit and coder are one set.
    unit, coder, value : str, optional
        Headings of the columns, where they are none of the usual ones.

    Raises
    ------
    TableError
        With file, row and column as the file heads it: one coder twice on one unit, a value that is no number, a heading
        that stands among the rows, no rows at all, several coders in one of several files, no unit that two coders share.
    """
    given = [Path(path) for path in paths]
    tables = [_read(path) for path in given]
    bare = [path.name for table, path in zip(tables, given, strict=True) if table.empty]
    if bare:
        raise TableError(Problem(name, None, None, None, message("has a header and no rows."), message("Write the ratings below the header.")) for name in bare)  # fmt: skip
    if len(tables) > 1:
        long = pd.concat([_side(table, path, unit, coder, value) for table, path in zip(tables, given, strict=True)])
        layout, files = "side by side", {path.stem: path.name for path in given}
    else:
        table, name = tables[0], given[0].name
        columns = [_find(table, said, usual) for said, usual in ((unit, UNIT), (coder, CODER), (value, VALUE))]
        if columns[1] is not None:
            missing = [word for word, column in zip(("unit", "coder", "value"), columns, strict=True) if column is None]
            if missing:
                raise TableError([Problem(name, 1, word, None, message("this column is missing."), message("Name it: --{word} HEADING."), {"word": word}) for word in missing])  # fmt: skip
            long = _tidy(table, str(columns[0]), str(columns[1]), str(columns[2]))
            layout, files = "long", {}
        else:
            key = str(columns[0] or table.columns[0])
            if len(table.columns) < 3:
                raise TableError(Problem(name, 1, None, None, message("holds one coder only."), message("Give a column for each coder, or a second file.")))  # fmt: skip
            wide = table.rename(columns={key: "unit"}).assign(at=table.index)
            long = wide.melt(["unit", "at"], var_name="coder", value_name="value")
            long = long.assign(unit_in=key, coder_in=long["coder"], value_in=long["coder"])
            layout, files = "wide", {}
            twice = table[table[key].duplicated() & table[key].notna()]
            if len(twice):
                raise TableError([Problem(name, at + 2, key, str(one), message("'{value}' stands in the table twice."), message("Keep one row a unit.")) for at, one in twice[key].items()])  # fmt: skip
    long["file"] = [files.get(str(one), given[0].name) for one in long["coder"]]
    long = long.assign(unit=long["unit"].str.strip(), value=long["value"].str.strip())
    problems = _problems(long, metric=metric, sets=sets)
    if problems:
        raise TableError(shortened(problems))
    return RatingFile(_wide(long, metric, sets), sets, layout)


def _read(path: Path) -> pd.DataFrame:
    if path.suffix.lower() in (".xlsx", ".xlsm", ".ods"):
        return _sheet(path)
    if not path.is_file():
        raise TableError(
            Problem(path.name, None, None, None, message("is not there."), message("Look at the name of the file."))
        )
    try:
        return read_table(path)
    except Exception as error:
        problem = getattr(error, "problem", None)
        if problem is None:
            raise
        raise TableError(problem) from None


def _sheet(path: Path) -> pd.DataFrame:
    """The first sheet of a workbook as text; whole numbers without a point."""
    from python_calamine import CalamineError, load_workbook

    try:
        book = load_workbook(path)
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, IndexError) as error:
        raise TableError(Problem(path.name, None, None, None, message("cannot be read: {reason}."), message("Save it again as XLSX or CSV."), {"reason": str(error)})) from None  # fmt: skip
    if not rows:
        raise TableError(Problem(path.name, None, None, None, message("is empty: it has no header row."), message("Add the header row, or restore the file.")))  # fmt: skip
    header = [_as_text(cell) for cell in rows[0]]
    kept = [
        (at, [_as_text(cell) for cell in row]) for at, row in enumerate(rows[1:]) if any(_as_text(cell) for cell in row)
    ]
    table = pd.DataFrame([row for _, row in kept], columns=header, index=[at for at, _ in kept], dtype="str")
    table = table.loc[:, [bool(name) for name in header]]
    return table.mask(table == "")


def _as_text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _find(table: pd.DataFrame, given: str | None, usual: Sequence[str]) -> str | None:
    if given is not None:
        return given if given in table else None
    folded = {str(name).strip().casefold(): str(name) for name in table}
    return next((folded[name] for name in usual if name in folded), None)


def _tidy(table: pd.DataFrame, unit: str, coder: str, value: str) -> pd.DataFrame:
    """Ratings one a row, with the headings under which unit, coder and value stand in the file."""
    cells = {"unit": table[unit], "coder": table[coder], "value": table[value], "at": table.index}
    return pd.DataFrame({**cells, "unit_in": unit, "coder_in": coder, "value_in": value})


def _side(table: pd.DataFrame, path: Path, unit: str | None, coder: str | None, value: str | None) -> pd.DataFrame:
    """The ratings of one coder, named after the file."""
    coders = _find(table, coder, CODER)
    if coders is not None and table[coders].nunique() > 1:
        raise TableError(Problem(path.name, 1, coders, None, message("holds several coders."), message("With several files each must hold a column of units and one of values, of one coder. Give this file alone, or take it apart.")))  # fmt: skip
    key = _find(table, unit, UNIT) or str(table.columns[0])
    others = [str(name) for name in table if name != key]
    column = _find(table, value, VALUE) or (others[0] if len(others) == 1 else None)
    if column is None:
        raise TableError(Problem(path.name, 1, "value", None, message("this column is missing."), message("With several files each must hold a column of units and one of values, of one coder. Name that of the values: --value HEADING.")))  # fmt: skip
    cells = {"unit": table[key], "coder": path.stem, "value": table[column], "at": table.index}
    return pd.DataFrame({**cells, "unit_in": key, "coder_in": key, "value_in": column})


def _problems(long: pd.DataFrame, *, metric: str, sets: bool) -> list[Problem]:
    found = []
    filled = long.dropna(subset=["value"])
    for one in filled[filled["unit"].isna()].itertuples():
        found.append(
            Problem(one.file, one.at + 2, one.unit_in, None, message("the cell is empty."), message("Fill it in."))
        )
    headings = {*UNIT, *CODER, *VALUE}
    stray = filled[
        filled["unit"].str.casefold().isin(headings)
        & filled["value"].str.casefold().isin(headings | set(filled["coder"].str.casefold()))
    ]
    for one in stray.itertuples():
        found.append(
            Problem(
                one.file,
                one.at + 2,
                None,
                str(one.value),
                message("a heading stands among the rows."),
                message("Delete that row."),
            )
        )
    if not sets:
        twice = filled[filled.duplicated(["unit", "coder"], keep="first")]
        for one in twice.itertuples():
            found.append(
                Problem(one.file, one.at + 2, one.coder_in, str(one.coder), message("'{value}' rates the unit {unit} a second time."),
                        message("Keep one of the two rows, or read the values as sets: --sets."), {"unit": str(one.unit)})
            )  # fmt: skip
        joined = filled[filled["value"].str.contains(SEPARATOR, regex=False)]
        for one in joined.itertuples():
            found.append(Problem(one.file, one.at + 2, one.value_in, str(one.value), message("'{value}' looks like a set of codes."), message("Read the values as sets: --sets.")))  # fmt: skip
    if metric in NUMERIC:
        for one in filled[~filled["value"].map(is_number)].itertuples():
            found.append(Problem(one.file, one.at + 2, one.value_in, str(one.value), message("'{value}' is not a number."), message("Write digits only, decimals after a point, or choose --metric nominal.")))  # fmt: skip
    if not found:
        n_coders = filled.drop_duplicates(["unit", "coder"]).groupby("unit").size()
        if n_coders.empty or n_coders.max() < 2:
            found.append(
                Problem(str(long["file"].iloc[0]), None, str(long["unit_in"].iloc[0]), None, message("no unit was coded by two coders."),
                        message("Look whether the ids of the units are written alike."))
            )  # fmt: skip
    return found


def _wide(long: pd.DataFrame, metric: str, sets: bool) -> pd.DataFrame:
    """One row a unit in the order of the file, one column a coder."""
    units, coders = list(dict.fromkeys(long["unit"].dropna())), list(dict.fromkeys(long["coder"].dropna()))
    filled = long.dropna(subset=["value", "unit"])
    if sets:
        codes = (
            filled["value"]
            .str.split(SEPARATOR)
            .map(lambda parts: frozenset(one.strip() for one in parts if one.strip()))
        )
        joined = (
            filled.assign(value=codes).groupby(["unit", "coder"])["value"].agg(lambda many: frozenset().union(*many))
        )
    else:
        joined = filled.set_index(["unit", "coder"])["value"]
        joined = joined.map(float) if metric in NUMERIC else joined
    return joined.astype("object").unstack("coder").reindex(index=units, columns=coders)
