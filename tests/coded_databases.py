"""Databases as coding programs write them, made small and with our own sentences; what their reports say; damage that repeats."""

from __future__ import annotations

import os
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from conftest import SHARED

from dashat_lib.errors import DashatError

REAL = Path(os.environ.get("DASHAT_REAL", SHARED / "real")) / "qda"

# QualCoder: the tables of version 1 and what each version added, as its source tells (ccbogel/QualCoder, new_project, open_project).
_QUALCODER_1 = """
CREATE TABLE project (databaseversion text, date text, memo text,about text);
CREATE TABLE source (id integer primary key, name text, fulltext text, mediapath text, memo text, owner text, date text, unique(name));
CREATE TABLE code_image (imid integer primary key,id integer,x1 integer, y1 integer, width integer, height integer, cid integer, memo text, date text, owner text);
CREATE TABLE code_av (avid integer primary key,id integer,pos0 integer, pos1 integer, cid integer, memo text, date text, owner text);
CREATE TABLE annotation (anid integer primary key, fid integer,pos0 integer, pos1 integer, memo text, owner text, date text);
CREATE TABLE attribute_type (name text primary key, date text, owner text, memo text, caseOrFile text, valuetype text);
CREATE TABLE attribute (attrid integer primary key, name text, attr_type text, value text, id integer, date text, owner text);
CREATE TABLE case_text (id integer primary key, caseid integer, fid integer, pos0 integer, pos1 integer, owner text, date text, memo text);
CREATE TABLE cases (caseid integer primary key, name text, memo text, owner text,date text, constraint ucm unique(name));
CREATE TABLE code_cat (catid integer primary key, name text, owner text, date text, memo text, supercatid integer, unique(name));
CREATE TABLE code_text (cid integer, fid integer,seltext text, pos0 integer, pos1 integer, owner text, date text, memo text);
CREATE TABLE code_name (cid integer primary key, name text, memo text, catid integer, owner text,date text, color text, unique(name));
CREATE TABLE journal (jid integer primary key, name text, jentry text, date text, owner text);
INSERT INTO project (databaseversion, date, memo, about) VALUES ('v1', '2026-03-01 08:00:00', 'Memo proyek', 'QualCoder 1.0');
"""
_QUALCODER_LATER = {
    2: "ALTER TABLE code_text ADD avid integer; ALTER TABLE project ADD bookmarkfile integer; ALTER TABLE project ADD bookmarkpos integer;",
    3: "ALTER TABLE code_text ADD important integer; ALTER TABLE code_av ADD important integer; ALTER TABLE code_image ADD important integer;",
    4: """CREATE TABLE code_text2 (ctid integer primary key, cid integer, fid integer,seltext text, pos0 integer, pos1 integer, owner text, date text, memo text, avid integer, important integer, unique(cid,fid,pos0,pos1, owner));
          DROP TABLE code_text; ALTER TABLE code_text2 RENAME TO code_text;""",
    5: """ALTER TABLE project ADD codername text; ALTER TABLE source ADD av_text_id integer;
          CREATE TABLE stored_sql (title text, description text, grouper text, ssql text, unique(title));""",
    6: "CREATE TABLE graph (grid integer primary key, name text, description text, date text, scene_width integer, scene_height integer, unique(name));",
    8: "CREATE TABLE ris (risid integer, tag text, longtag text, value text); ALTER TABLE source ADD risid integer;",
    9: "ALTER TABLE project ADD recently_used_codes text;",
    10: "ALTER TABLE code_image ADD pdf_page integer;",
    12: "CREATE TABLE manage_files_display (mfid integer primary key, name text, tblrows text, tblcolumns text, owner text);",
    13: "CREATE TABLE files_filter (filterid integer primary key, name text, filter text, owner text);",
    14: """CREATE TABLE coder_names (name TEXT UNIQUE NOT NULL, visibility INTEGER NOT NULL DEFAULT 1 CHECK (visibility IN (0, 1)));
           CREATE VIEW code_text_visible AS SELECT t.* FROM code_text t WHERE NOT EXISTS (SELECT 1 FROM coder_names c WHERE c.name = t.owner AND c.visibility = 0);""",
    15: "ALTER TABLE project ADD avbookmarkfile integer; ALTER TABLE project ADD avbookmarkmsec integer; ALTER TABLE project ADD avbookmarktextpos integer;",
    16: "ALTER TABLE code_name ADD supercid integer;",
    17: "CREATE TABLE gr_memo_item (gmemoid integer primary key, grid integer, memo_source_type text, memo_source_id integer, x integer, y integer, color text, font_size integer);",
}  # fmt: skip

TAGUETTE = """
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);
CREATE TABLE users (login VARCHAR(30) NOT NULL PRIMARY KEY, created DATETIME NOT NULL, hashed_password VARCHAR(192), email VARCHAR(256));
CREATE TABLE projects (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(200) NOT NULL, description TEXT NOT NULL, created DATETIME NOT NULL);
CREATE TABLE project_members (project_id INTEGER NOT NULL, user_login VARCHAR(30) NOT NULL, privileges VARCHAR(11) NOT NULL);
CREATE TABLE documents (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(200) NOT NULL, description TEXT NOT NULL, filename VARCHAR(200) NOT NULL, created DATETIME NOT NULL, project_id INTEGER NOT NULL, text_direction VARCHAR(13) NOT NULL, contents TEXT NOT NULL);
CREATE TABLE tags (id INTEGER NOT NULL PRIMARY KEY, project_id INTEGER NOT NULL, path VARCHAR(200) NOT NULL, description TEXT NOT NULL);
CREATE TABLE highlights (id INTEGER NOT NULL PRIMARY KEY, document_id INTEGER NOT NULL, start_offset INTEGER NOT NULL, end_offset INTEGER NOT NULL, snippet TEXT NOT NULL);
CREATE TABLE highlight_tags (highlight_id INTEGER NOT NULL, tag_id INTEGER NOT NULL);
CREATE TABLE commands (id INTEGER NOT NULL PRIMARY KEY, date DATETIME NOT NULL, user_login VARCHAR(30) NOT NULL, project_id INTEGER NOT NULL, document_id INTEGER, payload TEXT NOT NULL);
"""

RQDA = """
CREATE TABLE source (name text, id integer, file text, memo text, owner text, date text, dateM text, status integer);
CREATE TABLE freecode (name text, memo text, owner text, date text, dateM text, id integer, status integer, color text);
CREATE TABLE treecode (cid integer, catid integer, date text, dateM text, memo text, status integer, owner text);
CREATE TABLE treefile (fid integer, catid integer, date text, dateM text, memo text, status integer, owner text);
CREATE TABLE filecat (name text, fid integer, catid integer, owner text, date text, dateM text, memo text, status integer);
CREATE TABLE codecat (name text, cid integer, catid integer, owner text, date text, dateM text, memo text, status integer);
CREATE TABLE coding (cid integer, fid integer, seltext text, selfirst real, selend real, status integer, owner text, date text, memo text);
CREATE TABLE coding2 (cid integer, fid integer, seltext text, selfirst real, selend real, status integer, owner text, date text, memo text);
CREATE TABLE project (databaseversion text, date text, dateM text, memo text, about text, imageDir text);
CREATE TABLE cases (name text, memo text, owner text, date text, dateM text, id integer, status integer);
CREATE TABLE caselinkage (caseid integer, fid integer, selfirst real, selend real, status integer, owner text, date text, memo text);
CREATE TABLE attributes (name text, status integer, date text, dateM text, owner text, memo text, class text);
CREATE TABLE caseAttr (variable text, value text, caseID integer, date text, dateM text, owner text, status integer);
CREATE TABLE fileAttr (variable text, value text, fileID integer, date text, dateM text, owner text, status integer);
CREATE TABLE journal (name text, journal text, date text, dateM text, owner text, status integer);
CREATE TABLE annotation (fid integer, position integer, annotation text, owner text, date text, dateM text, status integer);
CREATE TABLE image (name text, id integer, date text, dateM text, owner text, status integer);
CREATE TABLE imageCoding (cid integer, iid integer, x1 integer, y1 integer, x2 integer, y2 integer, memo text, date text, dateM text, owner text, status integer);
"""

# As the tables of requal_empty.requal (version 1.0.0) are.
REQUAL = """
CREATE TABLE projects (project_id INTEGER PRIMARY KEY AUTOINCREMENT, project_name TEXT, project_description TEXT, created_at TEXT);
CREATE TABLE users (user_id INTEGER PRIMARY KEY, user_login TEXT UNIQUE, user_name TEXT, user_mail TEXT, created_at TEXT);
CREATE TABLE requal_version (project_id INTEGER, version TEXT);
CREATE TABLE documents (doc_id INTEGER PRIMARY KEY AUTOINCREMENT, project_id INTEGER, user_id INTEGER, doc_name TEXT, doc_description TEXT, doc_text TEXT, created_at TEXT);
CREATE TABLE codes (project_id INTEGER, code_id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER, code_name TEXT, code_description TEXT, code_color TEXT);
CREATE TABLE categories (project_id INTEGER, category_id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER, category_name TEXT, category_description TEXT);
CREATE TABLE categories_codes_map (project_id INTEGER, category_id INTEGER, code_id INTEGER);
CREATE TABLE segments (project_id INTEGER, user_id INTEGER, doc_id INTEGER, code_id INTEGER, segment_id INTEGER PRIMARY KEY AUTOINCREMENT, segment_start INTEGER, segment_end INTEGER, segment_text TEXT);
CREATE TABLE memos (project_id INTEGER, memo_id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER, text TEXT);
CREATE TABLE memos_codes_map (memo_id INTEGER, code_id INTEGER);
CREATE TABLE memos_documents_map (memo_id INTEGER, doc_id INTEGER, memo_start INTEGER, memo_end INTEGER);
CREATE TABLE memos_segments_map (memo_id INTEGER, segment_id INTEGER);
CREATE TABLE cases (project_id INTEGER, case_id INTEGER PRIMARY KEY AUTOINCREMENT, case_name TEXT, case_description TEXT);
CREATE TABLE cases_documents_map (project_id INTEGER, case_id INTEGER, doc_id INTEGER);
CREATE TABLE attributes (attribute_id INTEGER PRIMARY KEY AUTOINCREMENT, attribute_name TEXT, attribute_object TEXT, attribute_type TEXT, project_id INTEGER, user_id INTEGER);
CREATE TABLE attribute_values (attribute_value_id INTEGER PRIMARY KEY AUTOINCREMENT, attribute_id INTEGER, value TEXT);
CREATE TABLE attributes_cases_map (case_id INTEGER, attribute_id INTEGER, attribute_value_id INTEGER, project_id INTEGER);
CREATE TABLE attributes_documents_map (doc_id INTEGER, attribute_id INTEGER, attribute_value_id INTEGER, project_id INTEGER);
CREATE TABLE attributes_users_map (user_id INTEGER, attribute_id INTEGER, attribute_value_id INTEGER, project_id INTEGER);
CREATE TABLE logs (user_id INTEGER, project_id INTEGER, action TEXT, payload JSON, created_at TEXT);
CREATE TABLE user_permissions (user_id INTEGER, project_id INTEGER, data_modify INTEGER);
"""


def made(path, script, **tables):
    """Write a database: a script, then rows as dictionaries by table."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
        for table, rows in tables.items():
            for row in rows:
                names = ", ".join(f'"{one}"' for one in row)
                connection.execute(
                    f'INSERT INTO "{table}" ({names}) VALUES ({", ".join("?" * len(row))})', [*row.values()]
                )
        connection.commit()
    return path


def qualcoder(folder, version, **tables):
    """Write a project folder of QualCoder in the schema of a version; return the folder."""
    folder.mkdir()
    later = "".join(script for number, script in _QUALCODER_LATER.items() if number <= version)
    made(folder / "data.qda", f"{_QUALCODER_1}{later} UPDATE project SET databaseversion = 'v{version}';", **tables)
    return folder


def taguette(path, **tables):
    """Write a database of Taguette."""
    return made(path, TAGUETTE + "PRAGMA application_id = 1416066164;", **tables)


def said(project):
    """What the load report says: {what: [(n, where), ...]}."""
    found = {}
    for entry in project.load_report:
        found.setdefault(entry.what, []).append((entry.n, entry.where))
    return found


def records(table, *columns):
    """Rows of a table as tuples, missing values None."""
    return [
        tuple(None if one is None or one != one else one for one in row)
        for row in table[[*columns]].astype(object).where(table[[*columns]].notna(), None).itertuples(index=False)
    ]


def real(name):
    """A real file, or skip."""
    path = REAL / name
    if not path.exists():
        pytest.skip(f"{name} is not here (set DASHAT_REAL)")
    return path


def damaged(data, seed, n):
    """Yield `n` damaged copies of some bytes, the same for the same seed: cut, bits turned, pieces swapped, filled with noise."""
    rng = random.Random(seed)
    for _ in range(n):
        copy = bytearray(data)
        kind = rng.randrange(4)
        if kind == 0:
            del copy[rng.randrange(len(copy)) :]
        elif kind == 1:
            for _ in range(rng.randrange(1, 12)):
                copy[rng.randrange(len(copy))] ^= 1 << rng.randrange(8)
        elif kind == 2:
            one, other, size = rng.randrange(len(copy)), rng.randrange(len(copy)), rng.randrange(1, 64)
            copy[one : one + size], copy[other : other + size] = copy[other : other + size], copy[one : one + size]
        else:
            at = rng.randrange(len(copy))
            copy[at : at + 40] = bytes(rng.randrange(256) for _ in range(40))
        yield bytes(copy)


def survives(read, path, copies):
    """Read damaged copies of a file; only what the library refuses may be raised. Return how many were read and refused."""
    read_, refused = 0, 0
    for copy in copies:
        path.write_bytes(copy)
        try:
            read(path).summary(texts=True)
            read_ += 1
        except DashatError:
            refused += 1
    return read_, refused
