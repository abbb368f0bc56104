"""Databases of strangers are read whole, with their logs, without running anything that they bring along, and left as they are."""

from __future__ import annotations

import shutil
import sqlite3
import time
from contextlib import closing

import pytest
from coded_databases import made, said

from dashat_lib.coded_project import Draft, Report
from dashat_lib.errors import DashatError
from dashat_lib.loaders import databases, opening
from dashat_lib.loaders.databases import ID, TEXT, WHOLE


def told(report):
    return [(entry.what, entry.n, entry.where) for entry in report.entries()]


def test_missing_tables_and_columns_are_empty_not_an_error(tmp_path):
    report = Report()
    tables = databases.read(made(tmp_path / "a.db", "CREATE TABLE orang (nama text)", orang=[{"nama": "Sari"}]), report, ["orang", "hewan"])  # fmt: skip
    assert tables.rows("orang", nama=TEXT, umur=WHOLE) == [{"nama": "Sari", "umur": None, "#": "1"}]
    assert tables.rows("hewan", nama=TEXT) == []
    assert (tables.has("orang", "NAMA"), tables.has("orang", "umur"), tables.has("hewan", "nama")) == (
        True,
        False,
        False,
    )
    tables.tell_unread()
    assert told(report) == []


def test_values_of_another_kind_are_told(tmp_path):
    path = made(tmp_path / "a.db", "CREATE TABLE t (id, n, x)")
    with closing(sqlite3.connect(path)) as connection:
        connection.executemany("INSERT INTO t VALUES (?, ?, ?)", [(1.0, 2.0, 3.5), ("", "4", 5), (7, "empat", b"teks"), (8, 1e300, None), (None, "9" * 5000, "")])  # fmt: skip
        connection.execute("INSERT INTO t VALUES (9, 3.5, CAST(x'61ff62' AS TEXT))")
        connection.commit()
    report = Report()
    tables = databases.read(path, report, ["t"])
    rows = tables.rows("t", id=ID, n=WHOLE, x=TEXT)
    assert [row["id"] for row in rows] == ["1", None, "7", "8", None, "9"]
    assert [row["n"] for row in rows] == [2, 4, None, None, None, None]
    assert [row["x"] for row in rows] == ["3.5", "5", "teks", None, "", "a�b"]
    tables.rows("t", x=TEXT)
    assert told(report) == [("not_a_number", 4, "t.n"), ("not_utf8", 1, "t.x")]


def test_what_is_not_read_is_counted(tmp_path):
    path = made(
        tmp_path / "a.db", "CREATE TABLE t (a, b, c); CREATE TABLE lain (x); CREATE TABLE kosong (x); CREATE TABLE diam (x);",
        t=[{"a": 1, "b": "isi", "c": 0}, {"a": 2, "b": "", "c": 0}, {"a": 3, "b": "isi", "c": 0}],
        lain=[{"x": 1}, {"x": 2}], diam=[{"x": 1}],
    )  # fmt: skip
    report = Report()
    tables = databases.read(path, report, ["t"], ["diam"])
    tables.rows("T", A=WHOLE)
    tables.tell_unread()
    assert told(report) == [("table_not_read", 2, "lain"), ("column_not_read", 2, "t.b")]


def test_queries_and_triggers_of_a_stranger_are_not_run(tmp_path):
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS id, 'x' AS name FROM n"
    path = made(
        tmp_path / "a.db",
        f"CREATE TABLE t (id integer, CHECK (length(hex(zeroblob(id))) > 1)); CREATE VIEW sumber AS {endless};"
        "CREATE TRIGGER tr BEFORE INSERT ON t BEGIN SELECT RAISE(ABORT, 'x') WHERE NEW.id = 99; END;",
        t=[{"id": 1}],
    )  # fmt: skip
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("INSERT INTO t VALUES (400000000), (400000000), (400000000), (400000000)")
        connection.commit()
    before = path.read_bytes()
    report, begun = Report(), time.monotonic()
    tables = databases.read(path, report, ["t", "sumber"])
    assert [row["id"] for row in tables.rows("t", id=ID)] == ["1", *["400000000"] * 4]
    assert tables.rows("sumber", id=ID) == []
    assert time.monotonic() - begun < 2
    assert told(report) == [("view_not_read", 1, "sumber")]
    assert path.read_bytes() == before


def test_a_database_that_computes_columns_is_refused(tmp_path):
    made(tmp_path / "a.db", "CREATE TABLE t (x, y TEXT NOT NULL AS (hex(zeroblob(100000 * x))))", t=[{"x": 1}])
    with pytest.raises(DashatError, match=r"a\.db: is no database that can be read: computed column in the table t"):
        databases.read(tmp_path / "a.db", Report(), ["t"])


def test_a_query_may_not_go_through_a_view_nor_make_what_is_large(tmp_path):
    path = made(tmp_path / "a.db", "CREATE TABLE t (x); CREATE VIEW v AS SELECT x FROM t", t=[{"x": 1}])
    for query in ("SELECT * FROM v", "SELECT hex(zeroblob(9)) FROM t", "DELETE FROM t", "ATTACH 'b.db' AS b"):
        with pytest.raises(DashatError, match=r"not authorized|prohibited"), opening.database(path) as (connection, _):
            connection.execute(query).fetchall()
    with opening.database(path) as (connection, _):
        assert connection.execute("SELECT count(*), max(x) FROM t").fetchall() == [(1, 1)]


def test_rows_come_as_they_were_stored_not_as_an_index_has_them(tmp_path):
    path = made(tmp_path / "a.db", "CREATE TABLE t (name text UNIQUE)", t=[{"name": one} for one in "zay"])
    assert [row["name"] for row in databases.read(path, Report(), ["t"]).rows("t", name=TEXT)] == ["z", "a", "y"]


def test_what_stands_only_in_the_log_is_read_and_nothing_is_changed(tmp_path):
    path = tmp_path / "terbuka.db"
    with closing(sqlite3.connect(path)) as program:
        program.executescript("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (x text);")
        program.execute("INSERT INTO t VALUES ('hanya di log')")
        program.commit()
        before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
        assert set(before) == {"terbuka.db", "terbuka.db-wal", "terbuka.db-shm"}
        assert b"hanya di log" not in before["terbuka.db"]
        report = Report()
        assert databases.tables_in(path) == {"t"}
        assert databases.read(path, report, ["t"]).rows("t", x=TEXT) == [{"x": "hanya di log", "#": "1"}]
        assert told(report) == [("wal_read", 1, "terbuka.db-wal")]
        assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == before


def test_a_write_that_was_broken_off_is_taken_back_in_a_copy(tmp_path):
    path = tmp_path / "putus.db"
    made(
        path, "PRAGMA journal_mode = DELETE; CREATE TABLE t (x text)", t=[{"x": f"baris {n} " * 50} for n in range(200)]
    )
    with closing(sqlite3.connect(path)) as program:
        program.execute("PRAGMA cache_size = 2")
        program.execute("BEGIN IMMEDIATE")
        program.execute("UPDATE t SET x = 'setengah jadi' || x")
        program.execute("SELECT count(*) FROM t").fetchone()
        (tmp_path / "b").mkdir()
        for one in (path, path.with_name("putus.db-journal")):
            shutil.copyfile(one, tmp_path / "b" / one.name)
        program.rollback()
    broken = tmp_path / "b" / "putus.db"
    assert b"setengah jadi" in broken.read_bytes()
    before = {one.name: one.read_bytes() for one in broken.parent.iterdir()}
    report = Report()
    rows = databases.read(broken, report, ["t"]).rows("t", x=TEXT)
    assert [row["x"][:8].strip() for row in rows] == [f"baris {n}"[:8].strip() for n in range(200)]
    assert told(report) == [("journal_rolled_back", 1, "putus.db-journal")]
    assert {one.name: one.read_bytes() for one in broken.parent.iterdir()} == before


def test_a_log_that_was_put_away_is_none(tmp_path):
    path = made(tmp_path / "a.db", "CREATE TABLE t (x)")
    path.with_name("a.db-journal").write_bytes(bytes(512))
    path.with_name("a.db-wal").write_bytes(b"")
    report = Report()
    databases.read(path, report, ["t"])
    assert told(report) == []


def test_the_names_of_the_tables_are_told_without_raising(tmp_path):
    path = made(tmp_path / "a.db", "CREATE TABLE Satu (x); CREATE VIEW dua AS SELECT 1")
    assert databases.tables_in(path) == {"satu"}
    assert databases.tables_in(tmp_path) == databases.tables_in(tmp_path / "tiada") == frozenset()
    (tmp_path / "teks.db").write_text("SQLite format tiga")
    assert databases.tables_in(tmp_path / "teks.db") == frozenset()
    (tmp_path / "rusak.db").write_bytes(path.read_bytes()[:60] + bytes(2000))
    assert databases.tables_in(tmp_path / "rusak.db") is None
    with pytest.raises(DashatError, match=r"rusak\.db: is no database that can be read"):
        databases.read(tmp_path / "rusak.db", Report(), [])


def test_damage_that_a_message_quotes_is_refused(tmp_path):
    # The parser of SQLite quotes what it stumbles over, and Python cannot make text of the quote.
    path = made(tmp_path / "a.db", "CREATE TABLE tabel (x text)")
    path.write_bytes(path.read_bytes().replace(b"(x text)", b"[x text)").replace(b"tabel", b"tab\xa1l"))
    with pytest.raises(DashatError, match=r"a\.db: is no database that can be read"):
        databases.read(path, Report(), ["tabel"])


def test_rows_get_ids_of_their_own():
    report = Report()
    rows = [{"id": one} for one in ("7", None, "7", "8", None)]
    assert [row["id"] for row in databases.own_ids(rows, "id", "t", report)] == [
        "7",
        "row 2",
        "7 (row 3)",
        "8",
        "row 5",
    ]
    assert told(report) == [("no_id", 2, "t, row 2, t, row 5"), ("repeated_id", 1, "t, 7")]


@pytest.mark.parametrize(("asked", "found"), [("2", "2"), ("Air", "1"), ("1", "1")])
def test_one_of_several_projects_is_chosen_by_number_or_name(asked, found):
    projects = [{"id": "1", "name": "Air"}, {"id": "2", "name": "1"}]
    assert databases.chosen("a.db", projects, asked)["id"] == found


def test_several_projects_are_listed_where_none_is_chosen():
    projects = [{"id": "1", "name": "Air"}, {"id": "2", "name": "Air"}]
    with pytest.raises(DashatError) as error:
        databases.chosen("a.db", projects, None)
    assert (
        str(error.value)
        == "a.db: holds 2 projects: 1 (Air), 2 (Air). Say which one with --project, by its number or name."
    )
    with pytest.raises(DashatError, match=r"holds no single project 'Air', but: 1 \(Air\), 2 \(Air\)"):
        databases.chosen("a.db", projects, "Air")
    with pytest.raises(DashatError, match=r"holds no single project 'Api'"):
        databases.chosen("a.db", projects, "Api")
    assert databases.chosen("a.db", [], None) is None
    assert databases.chosen("a.db", projects[:1], None) == projects[0]


def test_said_is_empty_for_an_empty_project(tmp_path):
    assert said(Draft("rqda", tmp_path).finish()) == {}
