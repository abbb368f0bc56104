"""A case as a coded project, so that its codings can be opened in a coding program."""

from __future__ import annotations

from uuid import UUID, uuid5

import pandas as pd

from ..errors import message
from ..tables import Case
from .model import CodedProject, Draft

_SPACE = UUID(
    "5d1c0f0e-6b52-5c0a-9a5e-7f2b0c3d8e41"
)  # ids of a project are made from those of the case in this namespace
_BETWEEN = "\n\n"
_RESTRICTED = message("Rows of documents of restricted access go along with their texts; --no-texts leaves them out. Do not pass the file on as it is.")  # fmt: skip


def from_case(case: Case, *, language: str = "id") -> CodedProject:
    """Make a coded project of a case.

    A document becomes a text that holds its evidence rows one after the other, in the words of the case (they are no
    quotations); a row is a segment, and each coding of it one of that coder. The stance of a coding, which coding programs do not know,
    stands in the comment of the coding. What is known of a document (publisher, kind, date, address, family) becomes its attributes,
    stakeholders become cases with the rows that name them.

    Parameters
    ----------
    language : str
        Of texts, labels and definitions.

    Returns
    -------
    CodedProject
        Its ids are GUIDs made from the ids of the case: the same case gives the same ids.
    """
    draft = Draft("table", case.folder.resolve(), name=case.settings.title.get(language, ""), origin="dashat")
    _codes(draft, case, language)
    for coder in case.coders["coder"]:
        draft.add("coders", coder_id=_id("coder", coder), name=coder)
    _documents(draft, case, language)
    documents = dict(zip(case.evidence["evidence_id"], case.evidence["source_id"], strict=True))
    for one in case.codings.itertuples():
        words = "; ".join(f"{name}: {value}" for name, value in (("stance", one.stance), ("confidence", one.confidence), ("memo", one.memo)) if isinstance(value, str))  # fmt: skip
        draft.add(
            "codings", coding_id=_id("coding", one.coding_id), segment_id=_id("segment", one.evidence_id),
            source_id=_id("source", documents[one.evidence_id]), code_id=_id("code", one.code_id),
            coder_id=_id("coder", one.coder), comment=words,
        )  # fmt: skip
    _stakeholders(draft, case, language)
    return draft.finish()


def _id(kind: str, name: object) -> str:
    return str(uuid5(_SPACE, f"{kind}:{name}"))


def _codes(draft: Draft, case: Case, language: str) -> None:
    known = set(case.codebook["code_id"])
    for one in case.codebook.to_dict("records"):
        parent = one["parent"] if one["parent"] in known else None
        draft.add(
            "codes", code_id=_id("code", one["code_id"]), parent_id=parent and _id("code", parent), is_codable=True,
            name=_in(one, "label", language), description=_in(one, "definition", language),
        )  # fmt: skip


def _in(row: dict[str, object], name: str, language: str) -> str:
    found = row.get(f"{name}_{language}")
    return str(found if isinstance(found, str) else row.get(f"{name}_en", ""))


def _documents(draft: Draft, case: Case, language: str) -> None:
    kept = [
        name for name in ("publisher", "kind", "published", "language", "url", "source_family") if name in case.sources
    ]
    for name in kept:
        draft.add("attributes", attribute_id=_id("attribute", name), name=name, type="Text", applies_to="source")
    if "access" in case.sources:
        restricted = case.sources.loc[case.sources["access"] == "restricted", "source_id"]
        draft.report.tell("restricted_included", "sources", _RESTRICTED, int(case.evidence["source_id"].isin(restricted).sum()))  # fmt: skip
    rows = case.evidence.groupby("source_id", sort=False)
    for one in case.sources.to_dict("records"):
        texts, at = [], 0
        mine = rows.get_group(one["source_id"]) if one["source_id"] in rows.groups else case.evidence.iloc[:0]
        for row in mine.to_dict("records"):
            text = _in(row, "text", language).replace("\r\n", "\n").replace("\r", "\n")
            draft.add(
                "segments", segment_id=_id("segment", row["evidence_id"]), source_id=_id("source", one["source_id"]), kind="text",
                start=at, end=at + len(text), text=text, name=row["evidence_id"],
            )  # fmt: skip
            texts.append(text)
            at += len(text) + len(_BETWEEN)
        draft.add(
            "sources", source_id=_id("source", one["source_id"]), name=one["title"], kind="text", role="document",
            text=_BETWEEN.join(texts), description=one["source_id"],
        )  # fmt: skip
        for name in kept:
            if not pd.isna(one[name]):
                draft.add("attribute_values", attribute_id=_id("attribute", name), kind="source", target_id=_id("source", one["source_id"]), value=str(one[name]))  # fmt: skip


def _stakeholders(draft: Draft, case: Case, language: str) -> None:
    for name in ("sector", "level"):
        draft.add("attributes", attribute_id=_id("attribute", name), name=name, type="Text", applies_to="case")
    named = case.evidence_actors.groupby("stakeholder_id", sort=False)["evidence_id"].agg(list)
    for one in case.stakeholders.to_dict("records"):
        case_id = _id("stakeholder", one["stakeholder_id"])
        draft.add("cases", case_id=case_id, name=_in(one, "name", language), description=one["stakeholder_id"])
        for name in ("sector", "level"):
            draft.add("attribute_values", attribute_id=_id("attribute", name), kind="case", target_id=case_id, value=str(one[name]))  # fmt: skip
        for row in named.get(one["stakeholder_id"], []):
            draft.add("case_members", case_id=case_id, kind="segment", target_id=_id("segment", row))
