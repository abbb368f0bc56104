"""A coded project as tables that people read: codings, codebook, quotations, which case carries which code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from ..coded_project import CodedProject

JOIN = "; "


def views(project: CodedProject) -> dict[str, pd.DataFrame]:
    """Return the tables for reading, by name.

    Returns
    -------
    view_codings : one row a coding
        ``coding_id, document, segment_id, text, code`` (its path), ``coder, start, end, begin_ms, end_ms, weight, comment,
        created, case``, and one column an attribute of the case or document.
    view_codebook : one row a code
        ``code`` (its path), ``description, color, categories, sets, n_codings, n_segments, n_documents, n_coders``.
    view_quotations : one row a segment
        ``segment_id, document, text, codes, coders, start, end, comment, case``, and the attributes.
    view_cases_codes : one row a case (a document, where there are none)
        0 or 1 for each code.
    """
    seen = _Seen(project)
    return {
        "view_codings": seen.codings(), "view_codebook": seen.codebook(),
        "view_quotations": seen.quotations(), "view_cases_codes": seen.cases_codes(),
    }  # fmt: skip


def _pairs(table: pd.DataFrame, key: str, value: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one, other in zip(table[key], table[value], strict=True):
        if isinstance(one, str) and isinstance(other, str):
            found.setdefault(one, []).append(other)
    return found


def _named(table: pd.DataFrame, key: str) -> dict[str, str]:
    """Return id -> name, the id where there is none."""
    return {own: name if isinstance(name, str) else own for own, name in zip(table[key], table["name"], strict=True) if isinstance(own, str)}  # fmt: skip


def _joined(values: Iterable[object]) -> str | None:
    return JOIN.join(dict.fromkeys(value for value in values if isinstance(value, str))) or None


class _Seen:
    """A project with what its tables point at."""

    def __init__(self, project: CodedProject) -> None:
        self.project = project
        self.paths = project.code_paths().to_dict()
        self.coders = _named(project.coders, "coder_id")
        self.sources = _named(project.sources, "source_id")
        self.top = {own: above for own, above in zip(project.sources["source_id"], project.sources["part_of"], strict=True) if isinstance(above, str)}  # fmt: skip
        self.case_names = _named(project.cases, "case_id")
        self.of_segment = project.segments.drop_duplicates("segment_id").set_index("segment_id")
        self.cases = self._cases()
        self.values = {(one.kind, one.target_id, one.attribute_id): one.value for one in project.attribute_values.itertuples()}  # fmt: skip

    def _cases(self) -> dict[str, list[str]]:
        """Return segment -> cases: the segment is a member itself, or lies in a member document or a range of one."""
        in_document: dict[str, list[pd.DataFrame]] = {}
        for source, part in self.project.segments.groupby("source_id"):
            for own in dict.fromkeys((source, self.top.get(source, source))):
                in_document.setdefault(own, []).append(part)
        found: dict[str, dict[str, None]] = {}
        for one in self.project.case_members.itertuples():
            if one.kind == "segment":
                found.setdefault(one.target_id, {})[one.case_id] = None
            for part in in_document.get(one.target_id, []) if one.kind == "source" else []:
                if not (pd.isna(one.start) or pd.isna(one.end)):
                    part = part[((part["start"] < one.end) & (part["end"] > one.start)).fillna(False)]
                for segment in part["segment_id"].dropna():
                    found.setdefault(segment, {})[one.case_id] = None
        return {segment: list(cases) for segment, cases in found.items()}

    def _attributes(self, places: list[tuple[str | None, str | None]]) -> dict[str, list[str | None]]:
        """Return a column for each attribute, for rows of (segment, source)."""
        columns: dict[str, list[str | None]] = {}
        for one in self.project.attributes.itertuples():
            name = one.name if isinstance(one.name, str) else one.attribute_id
            first, again = name, 2
            while name in columns or name in _TAKEN:
                name, again = f"{first} ({again})", again + 1
            columns[name] = [
                _joined([*(self.values.get(("case", case, one.attribute_id)) for case in self.cases.get(segment or "", [])), self.values.get(("source", self.top.get(source or "", source), one.attribute_id))])
                for segment, source in places
            ]  # fmt: skip
        return columns

    def _document(self, source: object) -> str | None:
        return self.sources.get(self.top.get(source, source), source) if isinstance(source, str) else None

    def _case(self, segment: object) -> str | None:
        return _joined(self.case_names.get(case, case) for case in self.cases.get(str(segment), []))

    def codings(self) -> pd.DataFrame:
        """One row a coding."""
        codings = self.project.codings
        at = self.of_segment.reindex(codings["segment_id"])
        source = codings["source_id"].reset_index(drop=True).fillna(at["source_id"].reset_index(drop=True))
        own: Mapping[str, object] = {
            "coding_id": codings["coding_id"], "document": [self._document(one) for one in source],
            "segment_id": codings["segment_id"], "text": at["text"].to_numpy(),
            "code": [self.paths.get(code, code) for code in codings["code_id"]],
            "coder": [self.coders.get(coder, coder) for coder in codings["coder_id"]],
            **{name: at[name].array for name in ("start", "end", "begin_ms", "end_ms")},
            "weight": codings["weight"], "comment": codings["comment"], "created": codings["created"],
            "case": [self._case(segment) for segment in codings["segment_id"]],
        }  # fmt: skip
        places = [(a if isinstance(a, str) else None, b if isinstance(b, str) else None) for a, b in zip(codings["segment_id"], source, strict=True)]  # fmt: skip
        return pd.DataFrame({**own, **self._attributes(places)}, index=codings.index)

    def codebook(self) -> pd.DataFrame:
        """One row a code."""
        project, codes = self.project, self.project.codes
        codings = project.codings.assign(document=[self.top.get(source, source) for source in project.codings["source_id"]])  # fmt: skip
        counts = codings.groupby("code_id").agg(
            n_codings=("code_id", "size"), n_segments=("segment_id", "nunique"), n_documents=("document", "nunique"),
            n_coders=("coder_id", "nunique"),
        ).reindex(codes["code_id"]).fillna(0).astype("Int64")  # fmt: skip
        categories, sets = _named(project.categories, "category_id"), _named(project.sets, "set_id")
        in_category = _pairs(project.category_codes, "code_id", "category_id")
        in_set = _pairs(project.set_members[project.set_members["kind"] == "code"], "target_id", "set_id")
        return pd.DataFrame(
            {
                "code": [self.paths.get(code, code) for code in codes["code_id"]], "description": codes["description"],
                "color": codes["color"],
                "categories": [_joined(categories.get(one, one) for one in in_category.get(code, [])) for code in codes["code_id"]],
                "sets": [_joined(sets.get(one, one) for one in in_set.get(code, [])) for code in codes["code_id"]],
                **{name: counts[name].array for name in counts},
            },
            index=codes.index,
        )  # fmt: skip

    def quotations(self) -> pd.DataFrame:
        """One row a segment."""
        segments = self.project.segments
        given = _pairs(self.project.codings, "segment_id", "code_id")
        givers = _pairs(self.project.codings, "segment_id", "coder_id")
        own: Mapping[str, object] = {
            "segment_id": segments["segment_id"], "document": [self._document(one) for one in segments["source_id"]],
            "text": segments["text"],
            "codes": [_joined(self.paths.get(code, code) for code in given.get(one, [])) for one in segments["segment_id"]],
            "coders": [_joined(self.coders.get(coder, coder) for coder in givers.get(one, [])) for one in segments["segment_id"]],
            "start": segments["start"], "end": segments["end"], "comment": segments["comment"],
            "case": [self._case(one) for one in segments["segment_id"]],
        }  # fmt: skip
        places = [(a if isinstance(a, str) else None, b if isinstance(b, str) else None) for a, b in zip(segments["segment_id"], segments["source_id"], strict=True)]  # fmt: skip
        return pd.DataFrame({**own, **self._attributes(places)}, index=segments.index)

    def cases_codes(self) -> pd.DataFrame:
        """One row a case or document, 1 where something of it carries the code."""
        project = self.project
        codes = list(dict.fromkeys(self.paths.get(code, code) for code in [*project.codes["code_id"], *project.codings["code_id"]] if isinstance(code, str)))  # fmt: skip
        names = self.case_names if len(project.cases) else {own: name for own, name in self.sources.items() if own not in self.top}  # fmt: skip
        carried: dict[str, set[str]] = {own: set() for own in names}
        of_source = _pairs(project.case_members[(project.case_members["kind"] == "source") & project.case_members["start"].isna()], "target_id", "case_id")  # fmt: skip
        for one in project.codings.itertuples():
            source = self.top.get(one.source_id, one.source_id)
            places = [source] if not len(project.cases) else self.cases.get(one.segment_id, []) if isinstance(one.segment_id, str) else of_source.get(source, [])  # fmt: skip
            for place in places:
                if place in carried and isinstance(one.code_id, str):
                    carried[place].add(self.paths.get(one.code_id, one.code_id))
        table = {"case": list(names.values())} | {_column(code): [int(code in carried[own]) for own in names] for code in codes}  # fmt: skip
        return pd.DataFrame(table)


def _column(code: str) -> str:
    return code if code != "case" else "case (2)"


_TAKEN = frozenset({"coding_id", "document", "segment_id", "text", "code", "codes", "coder", "coders", "start", "end", "begin_ms", "end_ms", "weight", "comment", "created", "case"})  # fmt: skip
