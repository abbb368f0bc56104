"""From a coded project to the folder of a case: what it holds is carried over, what it cannot hold is said, nothing is made up."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from ..errors import DashatError, Problem, message
from .model import CodedProject, Entry, Report

PLACE = "unspecified"
FRAMEWORK = "codebook"
_LONGEST_ID = 60
NOT_EMPTY = message("is there already and not empty.")
ANOTHER_FOLDER = message("Name a folder that is not there yet.")

_NUMBERED = message("Documents are called by number, and evidence rows by document and place: texts and names are taken over with --texts only.")  # fmt: skip
_STANCES = message("A code says that a passage speaks of something, not whether it speaks for or against it. All have the stance '{stance}'; set it in codings.csv.")  # fmt: skip
_DATES = message("The date when the document was added to the project stands for the date of what it tells; mend it in evidence.csv.")  # fmt: skip
_NO_DATE = message("The file has no date for it; dashat check names the empty cells of evidence.csv.")
_PLACES = message("The place is '{place}', since a coding program has none; mend it in places.csv and evidence.csv.")
_PEOPLE = message("Coders are called coder-1, coder-2 and so on; people are never named.")
_LANGUAGE = message("The words of the project stand in both languages; translate one of them.")
_NOT_CARRIED = message("The folder of a case has no table for it; it stays in the file of the coding program.")
_ASSUMED = message("The kind is 'interview', the language '{language}', access 'restricted' and the design 'purposive', since a coding program does not say; mend them in sources.csv and dashat.toml.")  # fmt: skip
_DEFINITIONS = message(
    "The name of the code stands for its definition, since the project has none, or texts were left out."
)
_NAMES = message("Names of codes are taken over as they are: look through them before you share the case.")
_JOINED = message("Segments at the same place are one row of evidence; their codings are all there.")
_GIVEN = message("The date {date} was given for all of them.")
_SEVERAL = message("The case reads verdicts by one coder, '{coder}', who gave the most codes; codings of others stand in codings.csv and do not count until dashat.toml names another or they are settled under one name.")  # fmt: skip


@dataclass(frozen=True)
class NewCase:
    """A case that is not yet written.

    Attributes
    ----------
    tables : mapping path below data/raw, without ending -> DataFrame
    settings : str
        Text of ``dashat.toml``.
    texts : mapping source_id -> str
        What goes to ``data/texts``; empty without texts.
    report : tuple of Entry
        What was decided, what stays empty, what could not be carried over.
    """

    tables: Mapping[str, pd.DataFrame]
    settings: str
    texts: Mapping[str, str] = field(default_factory=dict)
    report: tuple[Entry, ...] = ()

    def write(self, folder: Path) -> None:
        """Write the case into a new or empty folder.

        Raises
        ------
        DashatError
            If the folder holds anything.
        """
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise DashatError(Problem(folder.name, None, None, None, NOT_EMPTY, ANOTHER_FOLDER))  # fmt: skip
        files = {f"data/raw/{name}.csv": table.to_csv(index=False, lineterminator="\n") for name, table in self.tables.items()}  # fmt: skip
        files |= {f"data/texts/{name}.txt": text for name, text in self.texts.items()}
        for name, text in {**files, "dashat.toml": self.settings}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")


def to_case(
    project: CodedProject,
    *,
    texts: bool = False,
    stance: str = "neutral",
    place: str = PLACE,
    date: str | None = None,
    languages: tuple[str, str] = ("id", "en"),
) -> NewCase:
    """Make a case of a coded project.

    A segment becomes a row of evidence, its document a source, codes and categories the codebook; a framework of its own has the
    top codes as dimensions and those below them as elements, so that the case can be run. Codings of whole documents become
    codings of a row that stands for the document.

    Parameters
    ----------
    texts : bool
        Whether the words of participants and the names of documents come along; quotations are checked by their place then.
    stance : str
        The stance that every coding gets.
    place : str
        The one place of the case.
    date : str, optional
        ISO date, month or year of all rows; without it, when each document was added to the project, where that is known.

    Returns
    -------
    NewCase
        Its ``report`` says what was decided and what was not carried over.

    Raises
    ------
    DashatError
        If the project holds no coding of a code that it defines.
    """
    report = Report()
    segments, codings = _coded(project, report)
    if codings.empty:
        raise DashatError(Problem(project.file.name, None, None, None, message("holds no codings, so there is nothing to make a case of."), message("Code something first, or export the project with its codings.")))  # fmt: skip
    names = _names(project, texts)
    codebook, code_ids = _codebook(project, texts, report)
    busiest = codings["coder_id"].fillna("?").value_counts().index  # the one with the most codings decides
    coders = {str(coder): f"coder-{at}" for at, coder in enumerate(busiest, 1)}
    evidence = _evidence(project, segments, names, texts, place, date, report)
    rows = dict(zip(segments["segment_id"], evidence["evidence_id"], strict=True))
    tables = {
        "sources": _sources(project, names, languages[0], texts),
        "evidence": evidence,
        "codebook": codebook,
        "coders": pd.DataFrame({"coder": list(coders.values()), "coder_type": "person", "blind_to_claims": "unknown", "note_id": "", "note_en": ""}),
        "codings": _codings(codings, rows, code_ids, coders, stance),
        "places": pd.DataFrame({"place": [place], "name": [place], "kind": ["place"], "within": [""], "note_en": [""]}),
        **_framework(codebook),
        **_empty(),
    }  # fmt: skip
    kept, quoted = _quotations(project, segments, evidence, names) if texts else ({}, None)
    if quoted is not None and len(quoted):
        tables["quotations"] = quoted
    _tell(project, tables, coders, stance, place, texts, report, languages[0])
    return NewCase(tables, _settings(project, codebook, coders, place, languages, texts), kept, report.entries())


def slug(text: str, taken: Iterable[str] = ()) -> str:
    """Return an id: lower case, without accents and blanks, cut, and none of those that are taken."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    found = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:_LONGEST_ID].strip("-") or "x"
    taken, made, n = set(taken), found, 1
    while made in taken:
        n += 1
        made = f"{found}-{n}"
    return made


def _coded(project: CodedProject, report: Report) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The segments that become rows, and the codings of them; a document that carries codes itself is a segment as well."""
    known = set(project.codes["code_id"])
    codings = project.codings[project.codings["code_id"].isin(known)]
    report.tell("unknown_code", "codings", _NOT_CARRIED, len(project.codings) - len(codings))
    whole = codings["segment_id"].isna() & codings["source_id"].notna()
    codings = codings.assign(segment_id=codings["segment_id"].where(~whole, "document " + codings["source_id"]))
    codings = codings.dropna(subset=["segment_id"])
    documents = codings.loc[whole.reindex(codings.index), "source_id"].drop_duplicates()
    segments = project.segments[project.segments["segment_id"].isin(set(codings["segment_id"]))]
    ranges = ["source_id", "kind", "start", "end", "page", "x1", "y1", "x2", "y2", "begin_ms", "end_ms", "stored_text"]
    first = segments.groupby(ranges, dropna=False, sort=False)["segment_id"].transform("first")
    same = dict(zip(segments["segment_id"], first, strict=True))
    codings = codings.assign(segment_id=codings["segment_id"].map(lambda one: same.get(one, one)))
    report.tell("segments_joined", "evidence.csv", _JOINED, int((segments["segment_id"] != first).sum()))
    segments = segments[segments["segment_id"] == first]
    more = pd.DataFrame({"segment_id": "document " + documents, "source_id": documents, "kind": "document"})
    dropped = codings.duplicated(["segment_id", "code_id", "coder_id"])
    report.tell("duplicate_coding", "codings", message("One coder gave one passage the same code more than once; it stands once."), int(dropped.sum()))  # fmt: skip
    return pd.concat([segments, more], ignore_index=True), codings[~dropped]


def _names(project: CodedProject, texts: bool) -> dict[str, str]:
    """The id that each document gets; a text that belongs to a document has its document's."""
    own = project.sources[project.sources["part_of"].isna()]
    found: dict[str, str] = {}
    for at, one in enumerate(own.itertuples(), 1):
        name = one.name if texts and isinstance(one.name, str) else f"document-{at}"
        found[str(one.source_id)] = slug(str(name), found.values())
    for part in project.sources[project.sources["part_of"].notna()].itertuples():
        found[str(part.source_id)] = found.get(str(part.part_of), slug(str(part.source_id), found.values()))
    found[""] = slug("document-0", found.values())  # of segments of a table that names no documents
    return found


def _sources(project: CodedProject, names: Mapping[str, str], language: str, texts: bool) -> pd.DataFrame:
    own = project.sources[project.sources["part_of"].isna()]
    ids = own["source_id"].map(names)
    titles = own["name"].fillna(ids) if texts else ids
    if own.empty:
        ids = titles = pd.Series([names[""]])
    return pd.DataFrame(
        {
            "source_id": ids, "title": titles, "publisher": "", "kind": "interview", "published": "", "language": language,
            "url": "", "source_family": ids, "access": "restricted",
        }
    )  # fmt: skip


def _evidence(
    project: CodedProject,
    segments: pd.DataFrame,
    names: Mapping[str, str],
    texts: bool,
    place: str,
    date: str | None,
    report: Report,
) -> pd.DataFrame:
    width = max(3, len(str(len(segments))))
    ids = [f"E{at:0{width}d}" for at in range(1, len(segments) + 1)]
    dates = project.sources.set_index("source_id")["created"].str.extract(r"^(\d{4}-\d{2}-\d{2})", expand=False)
    parents = project.sources.set_index("source_id")["part_of"].dropna().to_dict()
    found = segments["source_id"].map(lambda one: parents.get(one, one)).map(dates).astype("str")
    if date is not None:
        found = pd.Series(date, segments.index, dtype="str")
        report.tell("date_given", "evidence.csv", _GIVEN, len(found), date=date)
    else:
        report.tell("date_of_document", "evidence.csv", _DATES, int(found.notna().sum()))
        report.tell("date_missing", "evidence.csv", _NO_DATE, int(found.isna().sum()))
    said = [_said(one, names, texts) for one in segments.itertuples()]
    return pd.DataFrame(
        {
            "evidence_id": ids, "source_id": segments["source_id"].fillna("").map(names).to_numpy(), "event_id": [f"EV{one[1:]}" for one in ids],
            "date": found.to_numpy(), "date_precision": found.str.len().map({4: "year", 7: "month"}).fillna("day").to_numpy(), "place": place, "text_id": said, "text_en": said,
            "polarity": "neutral", "quantity": "", "unit": "", "speaker": "",
        }
    )  # fmt: skip


def _said(one: object, names: Mapping[str, str], texts: bool) -> str:
    text = getattr(one, "text", None)
    if texts and isinstance(text, str) and text.strip():
        return text
    at = [f"{word} {getattr(one, column, None)}" for word, column in (("page", "page"), ("from", "start"), ("to", "end"), ("from ms", "begin_ms"), ("to ms", "end_ms")) if not pd.isna(getattr(one, column, None))]  # fmt: skip
    if not at and isinstance(getattr(one, "raw_start", None), str):  # such as the paragraphs of a table of quotations
        at = [f"place {one.raw_start} to {one.raw_end}"]  # type: ignore[attr-defined]
    if not at and getattr(one, "kind", "") != "document":
        at = [f"segment {getattr(one, 'segment_id', '')}"]
    source = getattr(one, "source_id", None)
    return ", ".join([names.get(source if isinstance(source, str) else "", "?"), *at])


def _codebook(project: CodedProject, texts: bool, report: Report) -> tuple[pd.DataFrame, dict[str, str]]:
    """Codes and categories in one tree; a category is a code above the codes that lie in it."""
    groups = project.categories.rename(columns={"category_id": "code_id"}).assign(group=True)
    codes = project.codes.assign(group=False)
    category = project.category_codes.drop_duplicates("code_id").set_index("code_id")["category_id"]
    report.tell("code_in_categories", "codebook.csv", message("A code lies in one category of the codebook, the first; the others are left out."), len(project.category_codes) - len(category))  # fmt: skip
    paths = [*(f"category {one}" for one in groups["name"].fillna("")), *project.code_paths().reindex(codes["code_id"])]
    ids: dict[tuple[bool, str], str] = {}
    for key, path in zip([*((True, str(one)) for one in groups["code_id"]), *((False, str(one)) for one in codes["code_id"])], paths, strict=True):  # fmt: skip
        ids[key] = slug(str(path), ids.values())

    def above(one: object) -> str:
        group, own, parent = bool(one.group), str(one.code_id), one.parent_id  # type: ignore[attr-defined]
        if isinstance(parent, str):
            return ids.get((group, parent), "")
        return "" if group or own not in category.index else ids.get((True, str(category[own])), "")

    def defined(one: object) -> str:
        return str(one.description if texts and isinstance(one.description, str) else one.name if isinstance(one.name, str) else one.code_id)  # type: ignore[attr-defined]  # fmt: skip

    both = pd.concat([groups["description"], codes["description"]])
    report.tell("definition_missing", "codebook.csv", _DEFINITIONS, int(both.isna().sum()) if texts else len(both))
    rows = [
        {
            "code_id": ids[(bool(one.group), str(one.code_id))], "parent": above(one), "level": "category" if one.group else "code",
            "label_id": one.name if isinstance(one.name, str) else one.code_id, "label_en": one.name if isinstance(one.name, str) else one.code_id,
            "definition_en": defined(one), "definition_id": defined(one),
            "include_en": "", "exclude_en": "", "example_en": "", "source": "",
        }
        for one in [*groups.itertuples(), *codes.itertuples()]
    ]  # fmt: skip
    columns = ["code_id", "parent", "level", "label_id", "label_en", "definition_en", "definition_id", "include_en", "exclude_en", "example_en", "source"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns), {code: made for (group, code), made in ids.items() if not group}


def _codings(codings: pd.DataFrame, rows: Mapping[str, str], codes: Mapping[str, str], coders: Mapping[str, str], stance: str) -> pd.DataFrame:  # fmt: skip
    table = pd.DataFrame(
        {
            "evidence_id": codings["segment_id"].map(rows), "code_id": codings["code_id"].map(codes),
            "coder": codings["coder_id"].fillna("?").map(coders), "stance": stance, "confidence": "", "memo": "",
        }
    ).dropna(subset=["evidence_id"])  # fmt: skip
    width = max(4, len(str(len(table))))
    table.insert(0, "coding_id", [f"K{at:0{width}d}" for at in range(1, len(table) + 1)])
    return table


def _framework(codebook: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The codebook as a framework: top codes are dimensions, what lies below one is its elements."""
    parents = dict(zip(codebook["code_id"], codebook["parent"], strict=True))

    def top(code: str) -> str:
        seen = {code}
        while (above := parents[code]) and above not in seen:
            seen.add(above)
            code = above
        return code

    elements, links = [], []
    for at, one in enumerate(codebook.itertuples(), 1):
        dimension = top(str(one.code_id))
        element = "" if dimension == one.code_id else one.code_id
        elements.append({
            "framework": FRAMEWORK, "dimension_id": dimension, "element_id": element, "label_id": one.label_id, "label_en": one.label_en,
            "definition_id": one.definition_id, "definition_en": one.definition_en, "order": at, "kind": "dynamic", "source": "", "confirmed": "no",
        })  # fmt: skip
        links.append({"framework": FRAMEWORK, "element_id": element or dimension, "code_id": one.code_id, "direction": "same", "note_en": "", "status": "codebook"})  # fmt: skip
    return {f"frameworks/{FRAMEWORK}": pd.DataFrame(elements), "crosswalk": pd.DataFrame(links)}


def _empty() -> dict[str, pd.DataFrame]:
    """Tables that a coding program knows nothing of, with their headings."""
    headings = {
        "stakeholders": "stakeholder_id,name_id,name_en,short_name,sector,level,part_of,description_en,first_source_id",
        "evidence_actors": "evidence_id,stakeholder_id",
        "ties": "tie_id,source_stakeholder,target_stakeholder,relation,directed,amount,unit,date,date_precision,year,programme,grant_id,evidence_id",
    }
    return {name: pd.DataFrame(columns=columns.split(",")) for name, columns in headings.items()}


def _quotations(
    project: CodedProject, segments: pd.DataFrame, evidence: pd.DataFrame, names: Mapping[str, str]
) -> tuple[dict[str, str], pd.DataFrame]:
    """The texts of documents, and the quotation of each row at its place in them."""
    texts = {str(one.source_id): one.text for one in project.sources.itertuples() if isinstance(one.text, str)}
    own = {source: text for source, text in texts.items() if list(names.values()).count(names[source]) == 1}
    placed = segments.assign(evidence_id=evidence["evidence_id"].to_numpy())
    placed = placed[placed["source_id"].isin(own) & placed["start"].notna() & (placed["end"] > placed["start"])]
    table = pd.DataFrame(
        {
            "quotation_id": [f"Q{at:03d}" for at in range(1, len(placed) + 1)], "evidence_id": placed["evidence_id"],
            "source_id": placed["source_id"].map(names), "start": placed["start"], "end": placed["end"],
            "quote": [own[one.source_id][one.start : one.end] for one in placed.itertuples()],
        }
    )  # fmt: skip
    return {names[source]: text for source, text in own.items()}, table


def _settings(project: CodedProject, codebook: pd.DataFrame, coders: Mapping[str, str], place: str, languages: tuple[str, str], texts: bool) -> str:  # fmt: skip
    title = project.properties.get("name", "") if texts else ""
    title = _toml(title or "Imported project")
    tops = codebook.loc[codebook["parent"] == "", "code_id"]
    return "\n".join([
        f"languages = [{', '.join(map(_toml, languages))}]  # the first is the reader's",
        f"focal_place = {_toml(place)}",
        f"wider_place = {_toml(place)}",
        f"framework = {_toml(FRAMEWORK)}  # the codebook of the project",
        f"indicators = [{', '.join(map(_toml, tops)) or _toml('none')}]",
        f"coder = {_toml(next(iter(coders.values()), 'coder-1'))}  # whose codings decide",
        "", "[title]", *(f"{one} = {title}" for one in languages), "",
        "[design]", 'kind = "purposive"', "",
    ])  # fmt: skip


def _toml(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(one if one.isprintable() else " " for one in escaped) + '"'


def _tell(project: CodedProject, tables: Mapping[str, pd.DataFrame], coders: Mapping[str, str], stance: str, place: str, texts: bool, report: Report, language: str) -> None:  # fmt: skip
    codings = tables["codings"]
    report.tell("stance_unknown", "codings.csv", _STANCES, len(codings), stance=stance)
    report.tell("place_unknown", "evidence.csv", _PLACES, len(tables["evidence"]), place=place)
    report.tell("coder_not_named", "coders.csv", _PEOPLE, len(coders))
    report.tell("not_translated", "codebook.csv", _LANGUAGE, len(tables["codebook"]))
    report.tell("source_assumed", "sources.csv", _ASSUMED, len(tables["sources"]), language=language)
    report.tell("code_named", "codebook.csv", _NAMES, len(tables["codebook"]))
    if not texts:
        report.tell("text_left_out", "evidence.csv", _NUMBERED, len(tables["evidence"]))
    if len(coders) > 1:
        report.tell("several_coders", "dashat.toml", _SEVERAL, len(coders), coder=next(iter(coders.values())))
    uncoded = ~project.segments["segment_id"].isin(set(project.codings["segment_id"].dropna()))
    report.tell("uncoded_segment", "segments", _NOT_CARRIED, int(uncoded.sum()))
    for name in ("cases", "attribute_values", "memos", "sets", "links", "passages"):
        report.tell(f"{name}_not_carried", name, _NOT_CARRIED, len(getattr(project, name)))
    report.tell("comments_not_carried", "segments", _NOT_CARRIED, int(project.segments["comment"].notna().sum()))
