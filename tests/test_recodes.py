"""Recodes: codes renamed, merged, split and moved when a case is read; raw files stay, wrong rows are named with their mend."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys

import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from dashat_lib import coding, fingerprint, pipeline, recodes, reliability
from dashat_lib.admission import places_within
from dashat_lib.loaders.case import check_case, preview_recodes, read_case, read_table
from dashat_lib.schemas import CODE_PARAMETERS, LISTS, REFERENCES, SCHEMAS, check_tables
from dashat_lib.settings import read_settings
from dashat_lib.words import reader

HEADER = ["recode_id", "action", "code_id", "into", "evidence_ids", "label_id", "label_en", "definition_en"]
LABELS = {"label_id": "Kepercayaan", "label_en": "Trust"}


def recode(folder, *rows):
    """Write recodes.csv: each row is (action, code, into) and further cells by name. Return its path."""
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, HEADER, lineterminator="\n")
    table.writeheader()
    for at, (action, code, into, *more) in enumerate(rows, start=1):
        cells = more[0] if more else {}
        table.writerow({"recode_id": f"R{at}", "action": action, "code_id": code, "into": into, **cells})
    path = folder / "data/raw/recodes.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def raw(name):
    """A raw table as text, with what data/rivals adds to it."""
    paths = [ROOT / f"data/{folder}/{name}.csv" for folder in ("raw", "rivals")]
    return pd.concat([read_table(path) for path in paths if path.is_file()], ignore_index=True)


@pytest.fixture(scope="module")
def tables():
    """The raw tables that recodes hang on, as text."""
    return {name: raw(name) for name in ("codebook", "codings", "evidence", "crosswalk")}


def rows_of(name, *codes):
    """The ids of the raw rows of a table that name one of some codes, read without the loader."""
    with (ROOT / f"data/raw/{name}.csv").open(encoding="utf-8", newline="") as file:
        found = [row for row in csv.DictReader(file) if row["code_id"] in codes]
    return {next(iter(row.values())) for row in found}


def parents(case):
    return dict(zip(case.codebook["code_id"], case.codebook["parent"].astype("object"), strict=True))


def names_in(case):
    """Every code that a reference, a list or a parameter of a case names, wherever it stands."""
    tables = dict(case.tables())
    found = []
    for name, column, *to in REFERENCES:
        found += list(tables[name][column].dropna()) if to == ["codebook", "code_id"] else []
    for name, column, *to in LISTS:
        cells = tables[name][column].dropna() if to == ["codebook", "code_id"] else []
        found += [one for cell in cells for one in cell.split(";")]
    for cell in tables["fact_definitions"]["parameters"].dropna():
        for part in cell.split(";"):
            key, _, value = part.partition("=")
            found += value.split("|") if key in CODE_PARAMETERS else re.findall(r"\w\(([^)]*)\)", part)
    return found


# ---- each action -----------------------------------------------------------------------------------------------------


def test_a_case_without_recodes_holds_an_empty_table_and_codes_as_given(case):
    assert case.recodes.empty
    assert list(case.recodes) == list(SCHEMAS["recodes"].columns)
    assert case.codings["code_id"].tolist() == raw("codings")["code_id"].tolist()


def test_a_renamed_code_is_followed_wherever_it_is_named(copy_of_case, case):
    recode(copy_of_case, ("rename", "outcome-action", "outcome-deed", {"label_en": "Deeds"}))
    found = read_case(copy_of_case)
    before, after = names_in(case), names_in(found)
    assert [re.sub("^outcome-action$", "outcome-deed", one) for one in before] == after
    assert before.count("outcome-action") > 100
    row = found.codebook.set_index("code_id").loc["outcome-deed"]
    assert (row["label_en"], row["label_id"]) == ("Deeds", case.codebook.set_index("code_id").at["outcome-action", "label_id"])  # fmt: skip
    definition = found.fact_definitions.set_index("fact")["parameters"]
    assert definition["follow_through_share"] == "codes=determination|shared-commitment;later=tie|outcome-deed;undefined_below=5"  # fmt: skip


@pytest.mark.parametrize("code", ["challenge-sustainability", "challenge-funding-delay", "resources-human"])
def test_a_code_in_brackets_or_in_a_list_of_parameters_is_renamed_as_a_whole(copy_of_case, code):
    recode(copy_of_case, ("rename", code, "quite-new"))
    parameters = read_case(copy_of_case).fact_definitions["parameters"].dropna()
    expected = raw("fact_definitions")["parameters"].dropna().str.replace(rf"(?<![\w-]){code}(?![\w-])", "quite-new", regex=True)  # fmt: skip
    assert parameters.tolist() == expected.tolist()
    assert parameters.str.contains("quite-new").any()


def test_a_dimension_that_is_called_like_a_code_keeps_its_name(copy_of_case):
    recode(copy_of_case, ("rename", "shared-motivation", "motivation"))
    found = read_case(copy_of_case)
    parameters = found.fact_definitions.set_index("fact")["parameters"]
    assert parameters["n_elements_evidenced_shared_motivation"] == "framework=emerson2012;dimension=shared-motivation"
    assert parameters["n_rows_jebres_min_indicator"].startswith("codes=principled-engagement|motivation|capacity-")
    assert found.crosswalk.query("code_id == 'motivation' and framework == 'emerson2012'")["element_id"].tolist() == ["shared-motivation"]  # fmt: skip
    assert parents(found)["mutual-trust"] == "motivation"


def test_the_word_of_a_code_inside_another_parameter_stays():
    tables = small() | {"fact_definitions": pd.DataFrame({"parameters": ["text_contains=a|b;codes=b|a;label=a;any=x(a)==a"]})}  # fmt: skip
    after, problems = recodes.replay(tables | {"recodes": table_of(("rename", "a", "new"))})
    assert problems == []
    assert after["fact_definitions"]["parameters"].tolist() == ["text_contains=a|b;codes=b|new;label=a;any=x(new)==a"]


def test_a_merged_code_gives_its_codings_settlements_and_children_and_goes(copy_of_case, case):
    recode(copy_of_case, ("merge", "resources", "knowledge"))
    found = read_case(copy_of_case)
    assert "resources" not in set(found.codebook["code_id"])
    assert len(found.codebook) == len(case.codebook) - 1
    assert found.codings["coding_id"].tolist() == case.codings["coding_id"].tolist()
    for name, key in [("codings", "coding_id"), ("settlements", "settlement_id")]:
        table = getattr(found, name)
        assert set(table.loc[table["code_id"] == "knowledge", key]) == rows_of(name, "resources", "knowledge")
    below = {one for one, parent in parents(found).items() if parent == "knowledge"}
    assert below == {"resources-human", "resources-budget", "resources-facilities"}


def test_links_of_a_merged_code_that_say_the_same_are_one(copy_of_case, case):
    recode(copy_of_case, ("merge", "resources-human", "resources"))
    found = read_case(copy_of_case).crosswalk
    assert not found.duplicated(["framework", "element_id", "code_id"]).any()
    assert len(found) == len(case.crosswalk) - 2  # emerson2012 resources, thomson-perry2006 interdependence
    kept = found.query("framework == 'perpres72-2021' and element_id == 'human-capacity'")["code_id"]
    assert kept.tolist() == ["resources", "knowledge", "challenge-human-capacity"]


def test_a_code_merged_into_one_below_it_leaves_no_circle(copy_of_case):
    recode(copy_of_case, ("merge", "capacity-joint-action", "resources-human"), ("merge", "resources", "resources-budget"))  # fmt: skip
    found = parents(read_case(copy_of_case))
    assert pd.isna(found["resources-human"])
    assert {one for one, parent in found.items() if parent == "resources-human"} == {
        "procedural-institutional-arrangements", "leadership", "knowledge", "resources-budget",
    }  # fmt: skip
    assert found["resources-facilities"] == "resources-budget"


def test_a_split_into_a_new_code_takes_the_rows_listed_of_every_coder(copy_of_case, case):
    rows = case.codings.query("code_id == 'mutual-trust'")["evidence_id"].unique()[:2]
    recode(copy_of_case, ("split", "mutual-trust", "kin-trust", {"evidence_ids": f"{rows[0]}; {rows[1]}", **LABELS}))
    found = read_case(copy_of_case)
    expected = case.codings["code_id"].mask((case.codings["code_id"] == "mutual-trust") & case.codings["evidence_id"].isin(rows), "kin-trust")  # fmt: skip
    pd.testing.assert_frame_equal(found.codings, case.codings.assign(code_id=expected))
    assert set(found.codings.query("code_id == 'kin-trust'")["coder"]) == {"A", "B", "adjudicated"}
    new, old = (found.codebook.set_index("code_id").loc[one] for one in ("kin-trust", "mutual-trust"))
    assert (new["label_id"], new["label_en"]) == ("Kepercayaan", "Trust")
    for column in ("parent", "level", "definition_id", "definition_en", "source"):
        assert new[column] == old[column]


def test_a_split_into_a_code_that_is_there_adds_none_and_moves_settlements(copy_of_case, case):
    one = case.settlements.iloc[0]
    recode(copy_of_case, ("split", one["code_id"], "leadership", {"evidence_ids": one["evidence_id"]}))
    found = read_case(copy_of_case)
    assert len(found.codebook) == len(case.codebook)
    assert found.settlements.iloc[0]["code_id"] == "leadership"
    changed = found.codings["code_id"] != case.codings["code_id"]
    assert set(case.codings.loc[changed, "evidence_id"]) == {one["evidence_id"]}
    assert set(found.codings.loc[changed, "code_id"]) == {"leadership"}


def test_a_moved_code_takes_what_lies_below_it_along(copy_of_case):
    recode(copy_of_case, ("move", "resources", "context"), ("move", "context", "outcome"), ("move", "leadership", ""))
    found = parents(read_case(copy_of_case))
    assert (found["resources"], found["context"], found["resources-human"]) == ("context", "outcome", "resources")
    assert pd.isna(found["leadership"])


def test_rows_are_replayed_in_their_order(copy_of_case):
    steps = [("rename", "leadership", "lead"), ("merge", "driver-leadership", "lead"), ("move", "lead", "driver")]
    recode(copy_of_case, *steps)
    found = read_case(copy_of_case)
    assert set(found.codings.loc[found.codings["code_id"] == "lead", "coding_id"]) == rows_of("codings", "leadership", "driver-leadership")  # fmt: skip
    assert parents(found)["lead"] == "driver"
    recode(copy_of_case, steps[1], steps[0])
    assert check_case(copy_of_case) != []


def test_a_table_that_uses_the_new_id_already_is_right_and_the_old_one_still_is(copy_of_case):
    path = copy_of_case / "data/raw/crosswalk.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("emerson2012,leadership,leadership", "emerson2012,leadership,lead"), encoding="utf-8")
    assert check_case(copy_of_case) != []
    recode(copy_of_case, ("rename", "leadership", "lead"))
    found = read_case(copy_of_case)
    assert "leadership" not in names_in(found)
    assert found.crosswalk["code_id"].tolist().count("lead") == raw("crosswalk")["code_id"].tolist().count("leadership")


def test_codes_that_the_settings_name_follow(copy_of_case, case):
    assert case.settings.effect_codes == ["outcome"]
    recode(copy_of_case, ("rename", "outcome", "effect"), ("rename", "effect", "results"))
    assert read_case(copy_of_case).settings.effect_codes == ["results"]


def test_second_codings_of_a_row_that_come_to_be_one_say_together_what_an_event_says(copy_of_case):
    folder = copy_of_case / "data/coders"
    folder.mkdir()
    lines = ["coder,coder_type,evidence_id,code_id,stance,memo", "C,person,E001,leadership,for,", "C,person,E001,driver-leadership,against,", "C,person,E002,driver-leadership,for,", "C,person,E003,,,"]  # fmt: skip
    (folder / "C.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    recode(copy_of_case, ("merge", "driver-leadership", "leadership"))
    found = read_case(copy_of_case).second_codings
    assert found[["evidence_id", "code_id", "stance"]].dropna().to_numpy().tolist() == [
        ["E001", "leadership", "mixed"], ["E002", "leadership", "for"],
    ]  # fmt: skip
    assert len(found) == 3


def test_raw_files_are_the_same_after_recodes(copy_of_case):
    recode(copy_of_case, ("rename", "leadership", "lead"), ("merge", "resources", "knowledge"), ("move", "lead", ""))
    before = fingerprint.raw_files(copy_of_case)
    read_case(copy_of_case)
    preview_recodes(copy_of_case)
    assert fingerprint.raw_files(copy_of_case) == before


# ---- what is refused -------------------------------------------------------------------------------------------------

REFUSED = [
    (("rename", "leadershp", "lead"), "code_id: 'leadershp' is not in codebook.csv as the rows above leave it. Write 'leadership'."),
    (("rename", "zzz", "lead"), "code_id: 'zzz' is not in codebook.csv as the rows above leave it. Mend the id, or the order of the rows."),
    (("renam", "leadership", "lead"), "action: 'renam' is not one of: rename, merge, split, move. Write 'rename'."),
    (("", "leadership", "lead"), "action: the cell is empty. Fill it in."),
    (("rename", "", "lead"), "code_id: the cell is empty. Fill it in."),
    (("rename", "leadership ", "lead"), "code_id: 'leadership ' is not an id: blanks around it or inside it, or nothing left. Take the blanks out."),
    (("rename", "leadership", "the lead"), "into: 'the lead' is not an id: blanks around it or inside it, or nothing left. Take the blanks out."),
    (("rename", "leadership", ""), "into: the cell is empty. Fill it in."),
    (("merge", "leadership", ""), "into: the cell is empty. Fill it in."),
    (("split", "mutual-trust", "", {"evidence_ids": "E019"}), "into: the cell is empty. Fill it in."),
    (("rename", "leadership", "knowledge"), "into: 'knowledge' is a code already. Write 'merge' as the action, or choose another id."),
    (("rename", "leadership", "leadership"), "into: 'leadership' is the code itself. Name another code."),
    (("rename", "leadership", "a;b"), "into: 'a;b' cannot be a code: the signs ; | ( ) have a meaning in lists of codes. Write the id without them."),
    (("merge", "leadership", "knowlege"), "into: 'knowlege' is not in codebook.csv as the rows above leave it. Write 'knowledge'."),
    (("merge", "leadership", "leadership"), "into: 'leadership' is the code itself. Name another code."),
    (("merge", "challenge-stakeholder-dependency", "driver-interdependence"), "into: 'driver-interdependence' and 'challenge-stakeholder-dependency' point to 'interdependence' of thomson-perry2006 in opposite directions. Mend the direction in crosswalk.csv, or merge other codes."),
    (("split", "mutual-trust", "leadership"), "evidence_ids: a split needs the evidence rows that get 'leadership'. List their ids, joined by semicolons."),
    (("split", "mutual-trust", "leadership", {"evidence_ids": " ; "}), "evidence_ids: a split needs the evidence rows that get 'leadership'. List their ids, joined by semicolons."),
    (("split", "mutual-trust", "mutual-trust", {"evidence_ids": "E019"}), "into: 'mutual-trust' is the code itself. Name another code."),
    (("split", "mutual-trust", "leadership", {"evidence_ids": "E019;E002"}), "evidence_ids: no coding with 'mutual-trust' stands on the evidence row 'E002'. Take it out of the list, or mend the id."),
    (("split", "mutual-trust", "leadership", {"evidence_ids": "E019;e019"}), "evidence_ids: 'e019' is not in evidence.csv. Write 'E019', or add 'e019' to evidence.csv."),
    (("split", "mutual-trust", "leadership", {"evidence_ids": "group:x"}), "evidence_ids: 'group:x' is not in evidence.csv. Add it to evidence.csv, or mend the id."),
    (("split", "mutual-trust", "kin", {"evidence_ids": "E019", "label_id": "Kerabat"}), "label_en: 'kin' is a new code and has no label. Fill it in."),
    (("split", "mutual-trust", "leadrship", {"evidence_ids": "E019", "label_en": "Kin"}), "label_id: 'leadrship' is a new code and has no label. Fill it in; or write 'leadership', if that code is meant."),
    (("move", "leadership", "knowlege"), "into: 'knowlege' is not in codebook.csv as the rows above leave it. Write 'knowledge'."),
    (("move", "resources", "resources"), "into: goes round in a circle: resources > resources. Name a code that does not lie below 'resources', or leave the cell empty for the top."),
    (("move", "capacity-joint-action", "resources-human"), "into: goes round in a circle: capacity-joint-action > resources-human > resources > capacity-joint-action. Name a code that does not lie below 'capacity-joint-action', or leave the cell empty for the top."),
    (("merge", "leadership", "knowledge", {"evidence_ids": "E019"}), "evidence_ids: only a split takes evidence rows. Empty the cell, or write 'split' as the action."),
]  # fmt: skip


@pytest.mark.parametrize(("row", "said"), REFUSED, ids=range(len(REFUSED)))
def test_a_recode_that_cannot_be_is_named_with_its_mend(tmp_path, tables, row, said):
    table = read_table(recode(tmp_path, row))
    after, problems = recodes.replay(tables | {"recodes": table})
    problems += check_tables({"recodes": table}, read_settings(ROOT), lambda name, at: f"{name}.csv")
    assert [str(one) for one in problems] == [f"recodes.csv, row 2, column {said}"]
    assert all(after[name] is table for name, table in tables.items())


def test_all_wrong_recodes_are_named_at_once_by_check(copy_of_case):
    recode(copy_of_case, *(row for row, _ in REFUSED))
    found = [str(one) for one in check_case(copy_of_case)]
    assert found == [f"recodes.csv, row {at}, column {said}" for at, (_, said) in enumerate(REFUSED, start=2)]


def test_a_code_that_has_gone_is_named_with_what_became_of_it(copy_of_case):
    recode(copy_of_case, ("rename", "leadership", "lead"), ("merge", "lead", "knowledge"), ("move", "leadership", "driver"))  # fmt: skip
    assert [str(one) for one in check_case(copy_of_case)] == [
        "recodes.csv, row 4, column code_id: 'leadership' became 'knowledge' in row 2. Write 'knowledge'."
    ]


def test_what_hangs_on_a_wrong_recode_waits_and_the_rest_is_checked(copy_of_case):
    recode(copy_of_case, ("rename", "leadershp", "lead"), ("move", "lead", "driver"), ("merge", "knowlege", "lead"), ("move", "driver", "drivr"))  # fmt: skip
    assert [(one.row, one.value) for one in check_case(copy_of_case)] == [
        (2, "leadershp"), (4, "knowlege"), (5, "drivr"),
    ]  # fmt: skip


def test_problems_of_recodes_come_with_those_of_other_tables(copy_of_case):
    recode(copy_of_case, ("move", "leadershp", ""))
    path = copy_of_case / "data/raw/coders.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("machine", "robot", 1), encoding="utf-8")
    assert [one.file for one in check_case(copy_of_case)] == ["coders.csv", "recodes.csv"]


def test_a_missing_table_or_column_is_named_and_nothing_is_replayed(copy_of_case):
    recode(copy_of_case, ("move", "leadershp", ""))
    path = copy_of_case / "data/raw/recodes.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("into", "in_to"), encoding="utf-8")
    assert [str(one) for one in check_case(copy_of_case)] == [
        "recodes.csv, row 1, column into: this column is missing. Rename 'in_to', or add the column."
    ]
    for name in ("codings", "codebook", "evidence"):
        recode(copy_of_case, ("split", "leadership", "driver", {"evidence_ids": "E001"}))
        (copy_of_case / f"data/raw/{name}.csv").unlink()
        assert any(one.file == f"{name}.csv" for one in check_case(copy_of_case))


# ---- what is told, and what hangs on it ------------------------------------------------------------------------------


def test_the_preview_counts_as_the_rows_above_leave_it(copy_of_case):
    recode(
        copy_of_case,
        ("split", "mutual-trust", "kin-trust", {"evidence_ids": "E019", **LABELS}),
        ("merge", "mutual-understanding", "kin-trust"),
        ("rename", "kin-trust", "kin"),
        ("move", "resources", "context"),
        ("merge", "context", "resources"),
        ("move", "leadership", ""),
    )
    found = preview_recodes(copy_of_case)
    with (ROOT / "data/raw/codings.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    def counted(*pairs):
        mine = [row for row in rows if any(row["code_id"] == code and place in ("", row["evidence_id"]) for code, place in pairs)]  # fmt: skip
        return [len(mine), len({row["evidence_id"] for row in mine}), len({row["coder"] for row in mine})]

    kin = [("mutual-trust", "E019"), ("mutual-understanding", "")]
    assert found[["n_codings", "n_rows", "n_coders", "n_children"]].to_numpy().tolist() == [
        [*counted(kin[0]), 0],
        [3, 1, 3, 0],  # mutual-understanding: one row, coders A, B and the settled one
        [*counted(*kin), 0],
        [10, 5, 3, 3],  # resources: three kinds of resources lie below it
        [2, 1, 2, 7],  # context: seven codes of its own; resources and what lies below it stay
        [36, 14, 3, 0],
    ]
    assert found["recode_id"].tolist() == ["R1", "R2", "R3", "R4", "R5", "R6"]
    assert pd.isna(found["into"].iloc[-1])


def test_check_says_in_the_readers_language_what_each_recode_does(copy_of_case):
    recode(copy_of_case, ("merge", "resources", "knowledge"), ("move", "leadership", ""), ("merge", "context-network-connectedness", "context"))  # fmt: skip
    command = [sys.executable, "-m", "dashat_lib.cli", "check", str(copy_of_case), "--lang", "en"]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    said = found.stderr.splitlines()
    assert said[1:3] == [
        "recodes.csv, row 2: merge resources into knowledge: 10 codings on 5 rows by 3 coders; 3 codes below it move along.",
        "recodes.csv, row 3: move leadership to the top: 36 codings on 14 rows by 3 coders. Careful: they counted for capacity-joint-action and count for leadership now; what 'for' and 'against' mean there must fit them.",
    ]
    assert found.stdout == ""


def test_one_of_each_is_said_in_the_singular():
    rows = [("merge", "d", "c"), ("rename", "c", "n"), ("move", "n", "f")]
    rows = table_of(*rows, ("split", "n", "b")).assign(evidence_ids=[None, None, None, "Ed"])
    assert list(recodes.told(recodes.preview(small() | {"recodes": rows}), reader("en"))) == [
        "recodes.csv, row 2: merge d into c: 1 coding on 1 row by 1 coder; 1 code below it moves along.",
        "recodes.csv, row 3: rename c to n: 2 codings on 2 rows by 1 coder; 1 code below it moves along.",
        "recodes.csv, row 4: move n below f: 2 codings on 2 rows by 1 coder; 1 code below it moves along. Careful: they counted for a and count for f now; what 'for' and 'against' mean there must fit them.",
        "recodes.csv, row 5: split n, the rows listed get b: 1 coding on 1 row by 1 coder. Careful: they counted for f and count for a now; what 'for' and 'against' mean there must fit them.",
    ]


def test_counts_of_a_merged_code_are_those_of_the_union(copy_of_case):
    recode(copy_of_case, ("merge", "driver-leadership", "leadership"))
    case = read_case(copy_of_case)
    found = pipeline.compute(case, "reduction").facts.set_index("fact_id")["value"]
    evidence = raw("evidence").query("source_id != 'uns-digilib-127676'")
    evidence = evidence[evidence["place"].isin(places_within(case, "surakarta"))]
    codings = raw("codings").query("coder == 'adjudicated' and code_id in ['leadership', 'driver-leadership']")
    union = codings.merge(evidence, on="evidence_id")
    assert found["code.leadership.surakarta.n_rows"] == union["evidence_id"].nunique()
    assert found["code.leadership.surakarta.n_events"] == union["event_id"].nunique()
    assert "code.driver-leadership.surakarta.n_rows" not in found


def test_coders_who_gave_both_merged_codes_are_counted_once(copy_of_case, case):
    recode(copy_of_case, ("merge", "resources-human", "resources-budget"))
    found = read_case(copy_of_case)
    rows = found.codings.rename(columns={"evidence_id": "unit", "code_id": "code"}).query("code == 'resources-budget'")
    assert rows.duplicated(["unit", "code", "coder"]).sum() == 6  # rows where one coder gave both codes
    table = reliability.by_code(rows, found.evidence["evidence_id"], coders=["A", "B"], draws=0)
    pairs = rows[rows["coder"].isin(["A", "B"])].drop_duplicates(["unit", "coder"])
    assert table["prevalence"].iloc[0] == pytest.approx(len(pairs) / (2 * len(found.evidence)))
    assert len(coding.coded_rows(found, roll_up=False)) == len(coding.coded_rows(case, roll_up=False))


def test_every_stage_that_reads_what_a_recode_may_change_reads_recodes():
    assert {"codebook", "codings", "second_codings", "settlements", "crosswalk", "attribute_rules", "claims", "claim_tests", "fact_definitions"} == recodes.TOUCHED  # fmt: skip
    assert [one.name for one in pipeline.STAGES if recodes.TOUCHED & set(one.reads) and "recodes" not in one.reads] == []  # fmt: skip


# ---- whatever the recodes --------------------------------------------------------------------------------------------

TREE = {"a": None, "b": "a", "c": "a", "d": "b", "e": "d", "f": None}


def table_of(*rows):
    """A table of recodes, one row an (action, code, into)."""
    columns = ["action", "code_id", "into"]
    return pd.DataFrame(rows, columns=columns, dtype="str").assign(recode_id=[f"R{at}" for at in range(len(rows))])


def small():
    """A codebook of six codes, three of them below one another, and a coding of each."""
    codebook = pd.DataFrame({"code_id": list(TREE), "parent": list(TREE.values()), "level": "x"}, dtype="str")
    codings = pd.DataFrame({"coding_id": [f"K{one}" for one in TREE], "evidence_id": [f"E{one}" for one in TREE], "code_id": list(TREE), "coder": "A"}, dtype="str")  # fmt: skip
    return {"codebook": codebook, "codings": codings}


def lies_below(tree, code, other):
    while code is not None and code != other:
        code = tree[code]
    return code == other


@st.composite
def valid_recodes(draw):
    """Recodes that each can be, the tree they leave and what each first code is called then, by a model of plain dicts."""
    tree, names, rows = dict(TREE), {one: one for one in TREE}, []
    for at in range(draw(st.integers(1, 8))):
        code = draw(st.sampled_from(sorted(tree)))
        action = draw(st.sampled_from(["rename", "merge", "move"]))
        if action == "move":
            into = draw(st.sampled_from([None, *sorted(one for one in tree if not lies_below(tree, one, code))]))
            tree[code] = into
        elif action == "merge" and len(tree) > 1:
            into = draw(st.sampled_from(sorted(set(tree) - {code})))
            if lies_below(tree, into, code):
                tree[into] = tree[code]
            del tree[code]
        else:
            action, into = "rename", f"n{at}"
            tree[into] = tree.pop(code)
        if action != "move":
            tree = {one: into if parent == code else parent for one, parent in tree.items()}
            names = {one: into if name == code else name for one, name in names.items()}
        rows.append((action, code, into))
    return rows, tree, names


@settings(max_examples=60, deadline=None)
@given(valid_recodes())
def test_recodes_lose_no_coding_and_leave_a_tree(drawn):
    rows, tree, names = drawn
    given_ = small() | {"recodes": table_of(*rows)}
    before = {name: table.copy() for name, table in given_.items()}
    after, problems = recodes.replay(given_)
    assert problems == []
    found = after["codebook"]
    assert dict(zip(found["code_id"], found["parent"].astype("object").where(found["parent"].notna(), None), strict=True)) == tree  # fmt: skip
    assert all(not lies_below(tree, parent, one) for one, parent in tree.items())
    assert after["codings"]["coding_id"].tolist() == given_["codings"]["coding_id"].tolist()
    assert after["codings"]["code_id"].tolist() == list(names.values())
    assert set(after["codings"]["code_id"]) <= set(found["code_id"])
    for name, table in before.items():
        pd.testing.assert_frame_equal(given_[name], table)


NAMES = st.sampled_from([*TREE, "new", "x y", "g", None])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["rename", "merge", "split", "move"]), NAMES, NAMES), max_size=8))
def test_whatever_is_written_no_coding_is_lost_and_the_codebook_stays_a_tree(rows):
    after, _ = recodes.replay(small() | {"recodes": table_of(*rows)})
    tree = dict(zip(after["codebook"]["code_id"], after["codebook"]["parent"], strict=True))
    for one in tree:
        seen = [one]
        while isinstance(tree[seen[-1]], str):
            assert tree[seen[-1]] not in seen
            seen.append(tree[seen[-1]])
    assert len(after["codings"]) == len(TREE)
    assert set(after["codings"]["code_id"]) <= set(tree)


def test_why_and_the_report_say_that_codes_are_not_called_as_they_were_given(copy_of_case):
    from dashat_lib import displays, provenance
    from dashat_lib.report.document import document

    plain = read_case(copy_of_case)
    recode(copy_of_case, ("rename", "mutual-trust", "trust", LABELS))
    case = read_case(copy_of_case)
    results = pipeline.compute(case, "reduction")
    said = provenance.why(case, results, "code.trust.surakarta.n_rows", say=reader("en")).text(reader("en"))
    assert "1 recode is in force: codes are shown as they are called now." in said
    found = document(case, displays.named_set(case), reader("en")).remarks
    assert any("1 recode is in force" in one for one in found)
    assert not any("in force" in one for one in document(plain, displays.named_set(plain), reader("en")).remarks)


def test_the_codes_that_state_a_role_follow_a_recode_and_an_unknown_one_is_named(copy_of_case):
    from dashat_lib import stakeholders

    before = stakeholders.nugroho(read_case(copy_of_case))
    recode(copy_of_case, ("rename", "stakeholder-role", "part-played", LABELS))
    case = read_case(copy_of_case)
    assert case.settings.role_codes == ["part-played"]
    assert stakeholders.nugroho(case)["basis"].tolist() == before["basis"].tolist()
    assert (before["basis"] == "coded row, role not stated").any()
    path = copy_of_case / "dashat.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace('["stakeholder-role"]', '["stakeholder-rol"]'), encoding="utf-8"
    )
    assert any(one.column == "role_codes" for one in check_case(copy_of_case))
