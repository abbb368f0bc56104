"""Coded projects that tests share: random ones with all that REFI-QDA can hold, and files of them as other programs would write them."""

from __future__ import annotations

import uuid
import zipfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st
from lxml import etree

from dashat_lib.coded_project import Draft
from dashat_lib.coded_project.model import plain

SENTENCES = (
    "Kami tidak percaya lagi kepada pengurus pompa.", "Air baru mengalir setelah rapat desa.", "Siapa yang memutuskan? Bukan kami!",
    "Größe und Maß sind nicht dasselbe.", "L'été dernier, à Noël…", "Zażółć gęślą jaźń", "e\u0301 ist nicht é",
    "Berat 🥵🥵 sekali 👩‍👩‍👧‍👦", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐍈", "私たちは知りません。", "لا نعرف", "<b>&amp;</b> ]]> \"'", "a", " ",
)  # fmt: skip
GAPS = ("\n", "\n\n", " ", "\t", "")
NAMES = ("air", "percaya", "kuasa & uang", "Größe", "🙂", 'ia bilang "ya"', "dua\nbaris", " tepi ")
NAMESPACE = "urn:QDA-XML:project:1.0"
KINDS = ("text", "picture", "pdf", "audio", "video")
VALUES = {
    "Text": st.sampled_from(["petani", "", "ya & tidak", "dua\nbaris"]), "Boolean": st.sampled_from(["true", "false", "1", "0"]),
    "Integer": st.integers(-(10**20), 10**20).map(str), "Float": st.decimals(-1000, 1000, places=3).map(str),
    "Date": st.dates().map(lambda one: one.isoformat()), "DateTime": st.datetimes().map(lambda one: one.isoformat(timespec="seconds") + "Z"),
}  # fmt: skip


def maybe(strategy):
    return st.none() | strategy


texts = st.lists(st.tuples(st.sampled_from(SENTENCES), st.sampled_from(GAPS)), max_size=5).map(lambda found: "".join(map("".join, found)))  # fmt: skip
# What a member of the archive can hold and XML cannot.
odd_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), min_size=1, max_size=20)
notes = maybe(st.sampled_from([*SENTENCES, "dua\nbaris\r\n", "\ttab"]))
names = maybe(st.sampled_from(NAMES))
times = maybe(st.datetimes().map(lambda one: one.isoformat(timespec="seconds")))


class Maker:
    """Draws one project, table by table, in the order in which REFI-QDA holds them."""

    def __init__(self, draw, file):
        self.draw, self.draft, self.n = draw, Draft("refi-qda", file), 0
        self.text_segments = 0

    def id(self):
        self.n += 1
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:uji:{self.n}"))

    def some(self, strategy, most):
        return range(self.draw(st.integers(0, most)))

    def one(self, ids):
        return self.draw(st.sampled_from(ids))

    def who(self):
        coder = maybe(st.sampled_from(self.coders)) if self.coders else st.none()
        drawn = {"creator": coder, "created": times, "modifier": coder, "modified": times}
        return {name: self.draw(strategy) for name, strategy in drawn.items()}

    def make(self):
        draw, add = self.draw, self.draft.add
        self.coders = [self.id() for _ in self.some(None, 3)]
        for id in self.coders:
            add("coders", coder_id=id, name=draw(names), initials=draw(names))
        self.codes = []
        self.code_tree(None, 0)
        self.attributes = {self.id(): draw(st.sampled_from(sorted(VALUES))) for _ in self.some(None, 3)}
        for id, type_ in self.attributes.items():
            add("attributes", attribute_id=id, name=draw(names), type=type_, description=draw(notes))
        self.memos = [self.id() for _ in self.some(None, 2)]
        for id in self.codes:
            self.note("code", id)
        self.sources, self.segments = [], []
        cases = [self.id() for _ in self.some(None, 2)]
        for _ in self.some(None, 3):
            self.document()
        for id in self.memos:
            text, path = self.text()
            add(
                "memos",
                memo_id=id,
                kind="note",
                name=draw(names),
                text=text,
                path=path,
                description=draw(notes),
                **self.who(),
            )
            self.passages(id, text)
            self.hang_on(id, "memo")
        for id in cases:
            add("cases", case_id=id, name=draw(names), description=draw(notes))
            for kind, ids in (("code", self.codes), ("source", self.sources), ("segment", self.segments)):
                self.members("case_members", {"case_id": id}, kind, ids)
            self.values("case", id)
        for _ in self.some(None, 2):
            id = self.id()
            ends = [*self.codes, *self.sources, *self.segments, *cases, self.id()]
            add(
                "links", link_id=id, name=draw(names), direction=draw(maybe(st.sampled_from(["Associative", "OneWay", "Bidirectional"]))),
                color=draw(maybe(st.just("#00FF7f"))), origin_id=draw(maybe(st.sampled_from(ends))), target_id=self.one(ends),
            )  # fmt: skip
            self.note("link", id)
        for _ in self.some(None, 2):
            id = self.id()
            add("sets", set_id=id, name=draw(names), description=draw(notes))
            for kind, ids in (("code", self.codes), ("source", self.sources), ("memo", self.memos)):
                self.members("set_members", {"set_id": id}, kind, ids)
        for _ in self.some(None, 1):
            vertex = self.id()
            xml = f'<Graph guid="{self.id()}" name="peta &amp; jalan"><Vertex guid="{vertex}" firstX="1" firstY="-2"/><Edge guid="{self.id()}" sourceVertex="{vertex}" targetVertex="{vertex}"/></Graph>'
            add("kept", parent_id=None, element="Graph", xml=xml)
        if draw(st.booleans()):
            self.draft.properties["description"] = "tentang proyek"
        self.note("project", None)
        return self.draft.finish()

    def code_tree(self, above, depth):
        for _ in self.some(None, 3 if depth < 3 else 0):
            id = self.id()
            self.codes.append(id)
            color = self.draw(maybe(st.sampled_from(["#1a2B3c", "#abc"])))
            self.draft.add("codes", code_id=id, parent_id=above, name=self.draw(names), description=self.draw(notes), color=color, is_codable=self.draw(st.booleans()))  # fmt: skip
            self.code_tree(id, depth + 1)

    def text(self):
        """A text and where it is: in the project file, in a file of its own, or nowhere."""
        where = self.draw(st.sampled_from(["inline", "member", "gone", "none"]))
        name = f"internal://{self.id()}.txt"
        if where == "inline":
            return self.draw(texts), None
        return (self.draw(texts | odd_texts), name) if where == "member" else (None, name if where == "gone" else None)

    def document(self):
        draw, id, kind = self.draw, self.id(), self.draw(st.sampled_from(KINDS))
        self.sources.append(id)
        text, path = self.text() if kind == "text" else (None, draw(maybe(st.just(f"internal://{id}.bin"))))
        name = draw(names) if path is None else draw(st.sampled_from(NAMES))  # one without is called after its file
        rich = f"internal://{id}.docx" if path and kind == "text" else None
        self.draft.add("sources", source_id=id, name=name, kind=kind, text=text, path=path, rich_path=rich, description=draw(notes), **self.who())  # fmt: skip
        if kind == "text":
            self.passages(id, text)
        else:
            if draw(st.booleans()):
                self.draft.add("kept", parent_id=id, element="@currentPath", xml='currentPath="C:/a &amp; b"')
            self.areas(id, kind)
            for _ in self.some(None, 2 if kind in ("audio", "video") else 1):
                self.part(id, None, {"pdf": "representation", "picture": "description"}.get(kind, "transcript"))
        self.hang_on(id, "source")

    def part(self, document, area, role):
        draw, id = self.draw, self.id()
        text, path = self.text()
        self.draft.add("sources", source_id=id, name=draw(names), kind="text", part_of=document, segment_id=area, role=role, text=text, path=path, description=draw(notes), **self.who())  # fmt: skip
        if role == "transcript":
            self.transcript(id, text)
        else:
            self.passages(id, text)
            self.hang_on(id, "source")

    def segment(self, source, kind, **values):
        id = self.id()
        self.segments.append(id)
        self.draft.add(
            "segments", segment_id=id, source_id=source, kind=kind, comment=self.draw(notes), **values, **self.who()
        )
        for _ in self.some(None, 2):
            self.coding(source, id)
        self.note("segment", id)
        return id

    def coding(self, source, segment):
        id = self.id()
        codes = [*self.codes, str(uuid.uuid5(uuid.NAMESPACE_URL, "urn:uji:tak ada"))]
        coder = self.draw(maybe(st.sampled_from(self.coders))) if self.coders else None
        self.draft.add("codings", coding_id=id, segment_id=segment, source_id=source, code_id=self.one(codes), coder_id=coder, created=self.draw(times))  # fmt: skip
        self.note("coding", id)

    def passages(self, source, text):
        for _ in self.some(None, 2):
            self.text_segments += 1
            if self.text_segments > 8:  # with more, borders inside words may decide how positions are read
                return
            if text is None or self.draw(st.integers(0, 9)) == 0:
                start, end = self.draw(st.sampled_from([(10**6, 10**6 + 5), (-5, 2), (7, 3)]))
                self.segment(source, "text", raw_start=str(start), raw_end=str(end), name=self.draw(names))
                continue
            start, end = sorted(self.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
            said = text[start:end]
            legal = said.isprintable() and said.strip()
            name = self.draw(st.sampled_from([None, "s1", said[:20] or None])) if legal else None
            self.segment(source, "text", start=start, end=end, raw_start=str(start), raw_end=str(end), text=said, name=name)  # fmt: skip

    def areas(self, source, kind):
        number = st.integers(-10, 2000)
        for _ in self.some(None, 2):
            if kind in ("audio", "video"):
                begin, end = self.draw(number), self.draw(number)
                self.segment(source, kind, begin_ms=begin, end_ms=end, name=self.draw(names))
                continue
            place = {corner: self.draw(number) for corner in ("x1", "y1", "x2", "y2")}
            page = self.draw(st.integers(0, 9)) if kind == "pdf" else None
            id = self.segment(source, kind, page=page, name=self.draw(names), **place)
            if kind == "pdf" and self.draw(st.booleans()):
                self.part(source, id, "representation")

    def transcript(self, source, text):
        points = []
        for _ in self.some(None, 3):
            id, at, time = self.id(), self.draw(st.integers(0, len(text or ""))), self.draw(maybe(st.integers(0, 9999)))
            points.append((id, at, time))
            position = None if text is None else at
            self.draft.add("sync_points", sync_point_id=id, source_id=source, position=position, raw_position=str(at), time_ms=time)  # fmt: skip
        for _ in self.some(None, 2 if points else 0):
            (one, start, begin), (other, end, stop) = sorted([self.one(points), self.one(points)], key=lambda point: point[1])  # fmt: skip
            place = {} if text is None else {"start": start, "end": end, "text": text[start:end]}
            self.segment(source, "transcript", from_sync=one, to_sync=other, begin_ms=begin, end_ms=stop, name=self.draw(names), **place)  # fmt: skip
        self.note("source", source)

    def hang_on(self, id, kind):
        for _ in self.some(None, 1):
            self.coding(id, None)
        self.note(kind, id)
        self.values(kind, id)

    def note(self, kind, id):
        if self.memos and self.draw(st.integers(0, 4)) == 0:
            self.draft.add("memo_links", memo_id=self.one(self.memos), kind=kind, target_id=id)

    def members(self, table, key, kind, ids):
        for _ in self.some(None, 2 if ids else 0):
            self.draft.add(table, kind=kind, target_id=self.one(ids), **key)

    def values(self, kind, id):
        for _ in self.some(None, 1 if self.attributes else 0):
            attribute = self.one(sorted(self.attributes))
            value = self.draw(maybe(VALUES[self.attributes[attribute]]))
            self.draft.add("attribute_values", attribute_id=attribute, kind=kind, target_id=id, value=value)


@st.composite
def coded_projects(draw, file=Path("tak ada.qdpx")):
    """A project with GUIDs and nothing that REFI-QDA cannot hold."""
    return Maker(draw, file).make()


# ---- as another program would write it ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Dress:
    """How a program writes: how it counts, what its texts look like, how it writes ids and names of members."""

    origin: str = "dashat"
    utf16: bool = False
    crlf: bool = False
    crlf_counts: int = 2
    bom: bool = False
    braces: bool = False
    sources: str = "sources"
    prefix: bool = False
    late: bool = False  # sections in another order than the schema's

    @property
    def plain(self):
        """Positions stand in the file as in the tables."""
        return not self.utf16 and not (self.crlf and self.crlf_counts == 2)

    def count(self, text):
        """The length of a text as the program counts it."""
        length = len(text.encode("utf-16-le")) // 2 if self.utf16 else len(text)
        return length + (text.count("\n") if self.crlf and self.crlf_counts == 2 else 0)


dresses = st.builds(
    lambda tool, **choices: Dress(*tool, **choices),
    st.sampled_from([("dashat 0.1.0", False, False, 2), ("NVivo for Windows 14.23", True, True, 2), ("ATLAS.ti Win 23.4", False, True, 1), ("QualCoder 3.5", False, True, 2), ("", False, False, 2)]),
    bom=st.booleans(), braces=st.booleans(), sources=st.sampled_from(["sources", "Sources", "SOURCES"]), prefix=st.booleans(), late=st.booleans(),
)  # fmt: skip


def write_as(project, path, dress):
    """Write a project as a program in this dress would, without anything of dashat's own writer."""
    maker = _Tree(project, dress)
    root = maker.project()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Proyek.qde", etree.tostring(root, xml_declaration=True, encoding="utf-8"))
        for name, text in maker.members.items():
            raw = text.replace("\n", "\r\n") if dress.crlf else text
            archive.writestr(
                f"{dress.sources}/{name.upper()}", ("\ufeff" if dress.bom or raw.startswith("\ufeff") else "") + raw
            )
    return path


def records(table):
    return [dict(zip(table, row, strict=True)) for row in zip(*(plain(table[name]) for name in table), strict=True)]


class _Tree:
    def __init__(self, project, dress):
        self.dress, self.tables, self.properties = (
            dress,
            {name: records(table) for name, table in project.tables()},
            project.properties,
        )
        self.texts = {row["source_id"]: row["text"] for row in self.tables["sources"]} | {row["memo_id"]: row["text"] for row in self.tables["memos"]}  # fmt: skip
        self.types = {row["attribute_id"]: row["type"] for row in self.tables["attributes"]}
        self.members = {}

    def where(self, table, **values):
        return [row for row in self.tables[table] if all(row[key] == value for key, value in values.items())]

    def guid(self, id):
        return f"{{{id.upper()}}}" if self.dress.braces else id

    def add(self, parent, tag, **values):
        ids = ("guid", "targetGUID", "creatingUser", "modifyingUser", "originGUID", "fromSyncPoint", "toSyncPoint")
        given = {
            key: self.guid(value) if key in ids else str(value) for key, value in values.items() if value is not None
        }
        return etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}", given)

    def described(self, element, text):
        if text is not None:
            self.add(element, "Description").text = text

    def project(self):
        root = etree.Element(f"{{{NAMESPACE}}}Project", {"name": "uji", "origin": self.dress.origin}, nsmap={"q" if self.dress.prefix else None: NAMESPACE})  # fmt: skip
        sections = [
            self.users,
            self.codebook,
            self.variables,
            self.cases,
            self.sources,
            self.notes,
            self.links,
            self.sets,
            self.graphs,
        ]
        for section in reversed(sections) if self.dress.late else sections:
            section(root)
        self.described(root, self.properties.get("description"))
        self.refs(root, "project", None)
        return root

    def section(self, root, name, table):
        rows = self.tables[table]
        return (self.add(root, name), rows) if rows else (None, [])

    def users(self, root):
        section, rows = self.section(root, "Users", "coders")
        for row in rows:
            self.add(section, "User", guid=row["coder_id"], name=row["name"], id=row["initials"])

    def codebook(self, root):
        if self.tables["codes"]:
            self.codes(self.add(self.add(root, "CodeBook"), "Codes"), None)

    def codes(self, parent, above):
        for row in self.where("codes", parent_id=above):
            id = row["code_id"]
            element = self.add(
                parent,
                "Code",
                guid=id,
                name=row["name"] or "",
                isCodable=str(row["is_codable"]).lower(),
                color=row["color"],
            )
            self.described(element, row["description"])
            self.refs(element, "code", id)
            self.codes(element, id)

    def variables(self, root):
        section, rows = self.section(root, "Variables", "attributes")
        for row in rows:
            self.described(self.add(section, "Variable", guid=row["attribute_id"], name=row["name"] or "", typeOfVariable=row["type"]), row["description"])  # fmt: skip

    def cases(self, root):
        section, rows = self.section(root, "Cases", "cases")
        for row in rows:
            id = row["case_id"]
            element = self.add(section, "Case", guid=id, name=row["name"])
            self.described(element, row["description"])
            for kind, tag in (("code", "CodeRef"), (None, ""), ("source", "SourceRef"), ("segment", "SelectionRef")):
                if kind is None:
                    self.values(element, "case", id)
                for member in self.where("case_members", case_id=id, kind=kind):
                    self.add(element, tag, targetGUID=member["target_id"])

    def sets(self, root):
        section, rows = self.section(root, "Sets", "sets")
        for row in rows:
            element = self.add(section, "Set", guid=row["set_id"], name=row["name"] or "")
            self.described(element, row["description"])
            for kind, tag in (("code", "MemberCode"), ("source", "MemberSource"), ("memo", "MemberNote")):
                for member in self.where("set_members", set_id=row["set_id"], kind=kind):
                    self.add(element, tag, targetGUID=member["target_id"])

    def links(self, root):
        section, rows = self.section(root, "Links", "links")
        for row in rows:
            element = self.add(section, "Link", guid=row["link_id"], name=row["name"], direction=row["direction"], color=row["color"], originGUID=row["origin_id"])  # fmt: skip
            element.set("targetGUID", self.guid(row["target_id"]))
            self.refs(element, "link", row["link_id"])

    def graphs(self, root):
        for row in self.where("kept", element="Graph"):
            graph = etree.fromstring(row["xml"].replace("<Graph ", f'<Graph xmlns="{NAMESPACE}" ', 1))
            self.add(root, "Graphs").append(graph)

    def notes(self, root):
        section, rows = self.section(root, "Notes", "memos")
        for row in rows:
            self.text(section, "Note", row, row["memo_id"], "memo")

    def sources(self, root):
        rows = self.where("sources", part_of=None)
        section = self.add(root, "Sources") if rows else None
        for row in rows:
            kind, id = row["kind"], row["source_id"]
            if kind == "text":
                self.text(section, "TextSource", row, id, "source")
                continue
            tag = {"picture": "Picture", "pdf": "PDF", "audio": "Audio", "video": "Video"}[kind]
            current = "C:/a & b" if self.where("kept", parent_id=id) else None
            element = self.add(
                section,
                f"{tag}Source",
                guid=id,
                name=row["name"],
                path=row["path"],
                currentPath=current,
                **self.who(row),
            )
            self.described(element, row["description"])
            areas = lambda element=element, id=id, tag=tag: self.selections(element, id, f"{tag}Selection")  # noqa: E731
            if kind == "pdf":
                areas()
            for part in self.where("sources", part_of=id, segment_id=None):
                self.text(element, {"transcript": "Transcript", "representation": "Representation", "description": "TextDescription"}[part["role"]], part, part["source_id"], "source")  # fmt: skip
            if kind != "pdf":
                areas()
            self.hang_on(element, id, "source")

    def text(self, parent, tag, row, id, kind):
        text, path = row["text"], row["path"]
        element = self.add(
            parent, tag, guid=id, name=row["name"], plainTextPath=path, richTextPath=row["rich_path"], **self.who(row)
        )
        self.described(element, row["description"])
        if text is not None and path is None:
            self.add(element, "PlainTextContent").text = text.replace("\n", "\r\n") if self.dress.crlf else text
        elif text is not None:
            self.members[path.removeprefix("internal://")] = text
        for point in self.where("sync_points", source_id=id):
            at = int(point["raw_position"])
            counted = at if text is None else self.dress.count(text[:at])
            self.add(element, "SyncPoint", guid=point["sync_point_id"], timeStamp=point["time_ms"], position=counted)
        self.selections(element, id, "TranscriptSelection" if tag == "Transcript" else "PlainTextSelection")
        self.hang_on(element, id, kind)

    def selections(self, parent, source, tag):
        for row in self.where("segments", source_id=source):
            id, text = row["segment_id"], self.texts[source]
            if row["kind"] == "text":
                ends = [
                    row[f"raw_{end}"] if row[end] is None else self.dress.count(text[: row[end]])
                    for end in ("start", "end")
                ]
                place = dict(zip(("startPosition", "endPosition"), ends, strict=True))
            elif row["kind"] == "transcript":
                place = {"fromSyncPoint": row["from_sync"], "toSyncPoint": row["to_sync"]}
            elif row["kind"] in ("audio", "video"):
                place = {"begin": row["begin_ms"], "end": row["end_ms"]}
            else:
                corners = {"firstX": "x1", "firstY": "y1", "secondX": "x2", "secondY": "y2"}
                place = {"page": row["page"]} | {name: int(row[column]) for name, column in corners.items()}
            element = self.add(parent, tag, guid=id, name=row["name"], **place, **self.who(row))
            self.described(element, row["comment"])
            for part in self.where("sources", segment_id=id):
                self.text(element, "Representation", part, part["source_id"], "source")
            self.codings(element, source, id)
            self.refs(element, "segment", id)

    def hang_on(self, element, id, kind):
        self.codings(element, id, None)
        self.refs(element, kind, id)
        self.values(element, kind, id)

    def codings(self, element, source, segment):
        for row in self.where("codings", source_id=source, segment_id=segment):
            coding = self.add(
                element, "Coding", guid=row["coding_id"], creatingUser=row["coder_id"], creationDateTime=row["created"]
            )
            self.add(coding, "CodeRef", targetGUID=row["code_id"])
            self.refs(coding, "coding", row["coding_id"])

    def refs(self, element, kind, id):
        for row in self.where("memo_links", kind=kind, target_id=id):
            self.add(element, "NoteRef", targetGUID=row["memo_id"])

    def values(self, element, kind, id):
        for row in self.where("attribute_values", kind=kind, target_id=id):
            value = self.add(element, "VariableValue")
            self.add(value, "VariableRef", targetGUID=row["attribute_id"])
            if row["value"] is not None:
                self.add(value, f"{self.types[row['attribute_id']]}Value").text = row["value"]

    def who(self, row):
        return {"creatingUser": row["creator"], "creationDateTime": row["created"], "modifyingUser": row["modifier"], "modifiedDateTime": row["modified"]}  # fmt: skip
