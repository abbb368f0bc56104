"""A blind coding sheet: what it shows and hides, how it is read back, how far a doubter agrees, which verdicts turn."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from dashat_lib import (
    admission,
    cli,
    disputes,
    fingerprint,
    indicators,
    pipeline,
    processed,
    provenance,
    readings,
    reliability,
    workbooks,
)
from dashat_lib.errors import DashatError, TableError
from dashat_lib.loaders import blind_sheet
from dashat_lib.loaders.blind_sheet import coding_headings, in_both, workbook
from dashat_lib.loaders.case import check_case, read_case
from dashat_lib.loaders.coding_sheet import CodingSheet, is_coding_sheet, read_coding_sheet
from dashat_lib.schemas import STANCES, row_ids
from dashat_lib.words import reader

SEED = 7


@pytest.fixture(scope="module")
def few(case):
    """The case with few resamples."""
    return replace(case, settings=case.settings.model_copy(update={"resamples": 20}))


@pytest.fixture(scope="module")
def heads(case):
    return coding_headings(case)


@pytest.fixture(scope="module")
def drawn(case):
    return disputes.draw(case, 12, seed=SEED)["evidence_id"].tolist()


def sheet_of(case, drawn, coder="ani"):
    return openpyxl.load_workbook(io.BytesIO(workbook(case, drawn, coder=coder, by="indicator", seed=SEED)))


def put(book, case, row, field, value):
    """Write into the sheet Coding: row as a spreadsheet counts it, field by name."""
    return book["Coding"].cell(row, list(coding_headings(case)).index(field) + 1, value)


def fill(book, case, answers):
    """Fill rows by id: a list of (code, stance), or "x" for nothing fits."""
    for cells in book["Coding"].iter_rows(min_row=2, max_col=1):
        said = answers.get(cells[0].value, [])
        if said == "x":
            put(book, case, cells[0].row, "nothing_fits", "x")
            continue
        for at, (code, stance) in enumerate(said, start=1):
            put(book, case, cells[0].row, f"code_{at}", code)
            put(book, case, cells[0].row, f"stance_{at}", stance)
    return book


def read_me(path):
    """The lines of the sheet Read me."""
    lines = openpyxl.load_workbook(path)["Read me"].iter_rows(values_only=True)
    return {line[0]: line[1] for line in lines}


def saved(book, folder):
    path = folder / "filled.xlsx"
    book.save(path)
    return path


def sheet(answers, coder="ani"):
    """A coding sheet as it would be read, from {evidence_id: [(code, stance)] or "x"}."""
    rows = [(one, *(coding), None) for one, said in answers.items() for coding in ([(None, None)] if said == "x" else said)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["evidence_id", "code_id", "stance", "memo"], dtype="str")
    return CodingSheet(coder, "person", table, tuple(answers), ())


def settled(case, rows, *, flip=False):
    """What the settlement says of some rows, or the contrary of it."""
    mine = case.codings[case.codings["coder"] == case.settings.coder]
    stance = mine["stance"].replace({"for": "against", "against": "for"}) if flip else mine["stance"]
    pairs = {one: [] for one in rows}
    for row, code, said in zip(mine["evidence_id"], mine["code_id"], stance, strict=True):
        if row in pairs:
            pairs[row].append((code, said))
    return {row: codes or "x" for row, codes in pairs.items()}


# ---- the draw --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sizes", "n", "wanted"),
    [
        ({"a": 60, "b": 30, "c": 10}, 10, {"a": 6, "b": 3, "c": 1}),  # whole shares
        ({"a": 10, "b": 7, "c": 3}, 7, {"a": 4, "b": 2, "c": 1}),  # 3.5, 2.45, 1.05: the rest of one goes to a
        ({"a": 96, "b": 2, "c": 2}, 5, {"a": 3, "b": 1, "c": 1}),  # none is left out
        ({"a": 3, "b": 2, "c": 1}, 2, {"a": 1, "b": 1, "c": 0}),  # fewer rows than strata
        ({"a": 2, "b": 1}, 40, {"a": 2, "b": 1}),  # all there are
    ],
)
def test_rows_are_shared_out_by_the_largest_remainder_and_at_least_one(sizes, n, wanted):
    assert disputes.allocated(sizes, n, shares="proportional") == wanted


@pytest.mark.parametrize(
    ("sizes", "n", "wanted"),
    [
        ({"a": 60, "b": 30, "c": 10}, 9, {"a": 3, "b": 3, "c": 3}),
        ({"a": 60, "b": 30, "c": 10}, 11, {"a": 4, "b": 4, "c": 3}),  # what is left over goes to the largest
        ({"b": 76, "a": 106, "c": 15, "d": 6}, 40, {"a": 12, "b": 11, "c": 11, "d": 6}),  # the small one whole
        ({"a": 50, "b": 50, "c": 2, "d": 1}, 40, {"a": 19, "b": 18, "c": 2, "d": 1}),  # two small ones whole
        ({"a": 3, "b": 2, "c": 1}, 2, {"a": 1, "b": 1, "c": 0}),  # fewer rows than strata
        ({"a": 2, "b": 1}, 40, {"a": 2, "b": 1}),  # all there are
    ],
)
def test_equal_shares_take_small_strata_whole_and_deal_the_rest_on(sizes, n, wanted):
    assert disputes.allocated(sizes, n) == wanted
    assert disputes.allocated(dict(reversed(sizes.items())), n) == wanted


@given(
    st.dictionaries(st.text(max_size=3), st.integers(1, 60), min_size=1, max_size=9),
    st.integers(1, 200),
    st.sampled_from(disputes.SHARES),
)
def test_no_stratum_gives_more_than_it_has_or_nothing_where_there_are_rows_enough(sizes, n, shares):
    found = disputes.allocated(sizes, n, shares=shares)
    assert sum(found.values()) == min(n, sum(sizes.values()))
    assert all(0 <= found[one] <= sizes[one] for one in sizes)
    assert n < len(sizes) or all(found.values())
    if shares == "equal":
        not_whole = [found[one] for one in sizes if found[one] < sizes[one]]
        assert max(found.values()) - min(not_whole, default=max(found.values())) <= 1


@pytest.mark.parametrize("by", disputes.BY)
@pytest.mark.parametrize("shares", disputes.SHARES)
def test_each_stratum_stands_in_the_draw_by_its_share(case, by, shares):
    strata = disputes.strata(case, by=by)
    found = disputes.draw(case, 40, by=by, shares=shares, seed=SEED)
    wanted = disputes.allocated(strata.value_counts().to_dict(), 40, shares=shares)
    assert found["stratum"].value_counts().to_dict() == {one: n for one, n in wanted.items() if n}
    assert (found["stratum"].to_numpy() == strata[found["evidence_id"]].to_numpy()).all()
    assert found["evidence_id"].is_unique
    assert set(strata.index) == set(admission.admitted(case, place=case.settings.wider_place)["evidence_id"])
    own = case.evidence.loc[case.evidence["source_id"].isin(case.settings.own_sources), "evidence_id"]
    assert not set(strata.index) & set(own)


def test_an_indicator_of_few_rows_goes_in_whole_unless_shares_are_proportional(case):
    # Shared motivation, the one contested verdict, rests on six rows: in proportion one of them would be drawn.
    n_rows = [
        (disputes.draw(case, 40, seed=SEED, **how)["stratum"] == "shared-motivation").sum()
        for how in ({}, {"shares": "proportional"})
    ]
    assert n_rows == [6, 1]


def test_a_row_of_several_indicators_belongs_to_the_one_with_fewest_rows_and_one_of_none_to_none(case):
    strata = disputes.strata(case)
    material = indicators.gather(case, places=[case.settings.wider_place])
    rows = material.rows[material.rows["set_id"].isin(case.settings.indicators)]
    held = rows.groupby("evidence_id")["set_id"].agg(set)
    n_rows = rows.groupby("set_id")["evidence_id"].nunique()
    several = held[held.map(len) > 1]
    assert len(several) > 3
    assert all(strata[row] == min(sets, key=lambda one: n_rows[one]) for row, sets in held.items())
    assert set(strata[strata == disputes.NO_INDICATOR].index) == set(strata.index) - set(held.index)


def shuffled(case):
    tables = {name: table.sample(frac=1, random_state=3) for name, table in case.tables() if name != "codebook"}
    return replace(case, **tables)


def test_the_same_seed_draws_the_same_rows_whatever_the_order_of_the_tables(case):
    one = disputes.draw(case, 40, seed=SEED)
    pd.testing.assert_frame_equal(one, disputes.draw(shuffled(case), 40, seed=SEED))
    other = disputes.draw(case, 40, seed=SEED + 1)
    assert set(one["evidence_id"]) != set(other["evidence_id"])


def test_the_order_of_the_rows_does_not_show_the_strata(case):
    stratum = disputes.draw(case, 40, seed=SEED)["stratum"]
    assert (stratum != stratum.shift()).sum() > 2 * stratum.nunique()
    assert not disputes.draw(case, 40, seed=SEED)["evidence_id"].is_monotonic_increasing


def test_a_draw_without_admitted_rows_and_an_unknown_way_are_refused(case):
    nothing = replace(case, evidence=case.evidence.iloc[:0])
    with pytest.raises(DashatError) as refused:
        disputes.draw(nothing, 4, seed=1)
    assert str(refused.value) == (
        "evidence.csv: no row of the wider place is admitted. Look at wider_place and own_sources in dashat.toml."
    )
    with pytest.raises(ValueError, match="is not one of: indicator, kind, place"):
        disputes.draw(case, 4, by="mood", seed=1)
    with pytest.raises(ValueError, match="is not one of: equal, proportional"):
        disputes.draw(case, 4, shares="fair", seed=1)


# ---- the sheet -------------------------------------------------------------------------------------------------------


def test_a_sheet_holds_nothing_that_anyone_decided(case, heads):
    drawn = disputes.draw(case, 500, seed=SEED)["evidence_id"].tolist()  # every row there is
    packed = zipfile.ZipFile(io.BytesIO(workbook(case, drawn, coder="ani", by="indicator", seed=SEED)))
    parts = {name: packed.read(name).decode() for name in packed.namelist()}
    text = "\n".join(re.sub(r"<[^>]+>", "\n", part) if "worksheets" in name else part for name, part in parts.items())
    decided = {*case.codings["coding_id"], *case.codings["memo"].dropna(), *case.settlements["settlement_id"]}
    decided |= {*case.settlements["reason_en"], *case.claims["claim_id"], *case.claims["claim_en"], case.settings.coder}
    decided |= {*case.claims["claim_id_text"], *case.evidence["event_id"], *case.sources["source_id"]}
    decided |= {"undecidable", "contradicted", "not_tested", "polarity", "blind_to_claims"}
    assert re.findall(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(decided)))})(?!\w)", text) == []
    book = openpyxl.load_workbook(io.BytesIO(packed.fp.getvalue()))
    assert book.sheetnames == ["Read me", "Coding", "Codebook"]
    cells = [cell.value for page in book for row in page.iter_rows() for cell in row if cell.value]
    assert not {
        "supporting",
        "challenging",
        "supported",
        "contested",
        *case.coders["coder"],
    } & set(cells)
    coding = list(book["Coding"].iter_rows(values_only=True))
    assert list(coding[0]) == list(heads.values())
    first = list(heads).index("code_1")
    assert {cell for row in coding[1:] for cell in row[first:]} == {None}
    codes = [cell.value for cell in book["Codebook"]["A"][1:]]
    assert codes == case.codebook["code_id"].tolist()


def test_the_same_call_gives_the_same_bytes(case, drawn, tmp_path):
    one = workbook(case, drawn, coder="ani", by="kind", seed=3)
    assert one == workbook(shuffled(case), drawn, coder="ani", by="kind", seed=3)
    assert {entry.date_time for entry in zipfile.ZipFile(io.BytesIO(one)).infolist()} == {(1980, 1, 1, 0, 0, 0)}
    for hash_seed in ("1", "2"):
        words = ["template", str(tmp_path / f"{hash_seed}.xlsx"), "--coding", "ani", "--rows", "5", "--case", str(ROOT)]
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        subprocess.run([sys.executable, "-m", "dashat_lib.cli", *words], env=environment, check=True, capture_output=True, cwd=ROOT)  # fmt: skip
    assert (tmp_path / "1.xlsx").read_bytes() == (tmp_path / "2.xlsx").read_bytes()


@pytest.mark.parametrize("text", ["=1+1", '=HYPERLINK("http://x";"y")', "+1", "-1", "@SUM(A1)", "#N/A", "42"])
def test_a_text_that_looks_like_a_formula_or_number_stays_text(case, drawn, text):
    odd = replace(case, evidence=case.evidence.assign(text_en=text))
    content = workbook(odd, drawn, coder="ani", by="indicator", seed=SEED)
    packed = zipfile.ZipFile(io.BytesIO(content))
    assert not re.search(r"<f[ >]", packed.read("xl/worksheets/sheet2.xml").decode())
    cells = openpyxl.load_workbook(io.BytesIO(content))["Coding"][2]
    assert [(cell.value, cell.data_type) for cell in cells if cell.value == text] == [(text, "s")]


def test_control_characters_do_not_stop_a_sheet_and_do_not_count_as_a_change(case, drawn, tmp_path):
    odd = replace(case, evidence=case.evidence.assign(text_en=case.evidence["text_en"] + " \x07 end\r\nof it"))
    book = fill(sheet_of(odd, drawn), odd, {drawn[0]: "x"})
    assert read_coding_sheet(saved(book, tmp_path), odd).done == (drawn[0],)


def test_the_lists_offer_every_code_and_stance_and_x(case, drawn):
    book = sheet_of(case, drawn)
    columns = {cell.value: cell.column_letter for cell in book["Coding"][1]}
    offered = {}
    for one in book["Coding"].data_validations.dataValidation:
        if one.formula1.startswith("Codebook!"):
            cells = book["Codebook"][one.formula1.removeprefix("Codebook!")]
            values = [row[0].value for row in cells]
        else:
            values = [one.formula1.strip('"')]
        offered |= {str(part)[0]: values for part in one.sqref.ranges}
        assert all(str(part).endswith(f"{len(drawn) + 1}") for part in one.sqref.ranges)
    for heading, letter in columns.items():
        if heading.startswith("code "):
            assert offered[letter] == case.codebook["code_id"].tolist()
        if heading.startswith("stance "):
            assert offered[letter] == list(STANCES)
    assert offered[columns[in_both("column", "nothing_fits")]] == ["x"]


def test_the_sheet_is_made_to_be_read(case, drawn):
    page = sheet_of(case, drawn)["Coding"]
    assert page.freeze_panes == "B2"
    assert all(cell.alignment.wrap_text and cell.fill.fgColor.rgb.endswith(workbooks.DARK) and cell.font.bold for cell in page[1])  # fmt: skip
    widths = {cell.value: page.column_dimensions[cell.column_letter].width for cell in page[1]}
    assert widths[in_both("column", "text_en")] >= 40
    assert widths[in_both("column", "code", 1)] >= 25


def test_the_read_me_tells_coder_draw_seed_and_data_and_says_how_in_every_language(case, drawn):
    lines = {row[0]: row[1] for row in sheet_of(case, drawn)["Read me"].iter_rows(values_only=True)}
    assert lines[in_both("column", "coder")] == "ani"
    assert lines[in_both("sheet", "seed")] == str(SEED)
    assert lines[in_both("sheet", "data")] == fingerprint.data_hash(fingerprint.raw_files(case.folder))
    assert "12 of 203 admitted rows, in equal shares by indicator" in lines[in_both("sheet", "draw")]
    assert lines[in_both("sheet", "shares")] == "equal"
    assert lines[in_both("sheet", "rows_drawn")].split() == drawn
    said = [row[1] for row in sheet_of(case, drawn)["Read me"].iter_rows(values_only=True)]
    assert [one for one in blind_sheet.HOW if one not in said] == []


def test_a_file_that_is_there_is_left_alone(case, tmp_path):
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(b"mine")
    with pytest.raises(DashatError) as refused:
        disputes.template(case, path, coder="ani", seed=SEED)
    assert str(refused.value) == "sheet.xlsx: is there already. Choose another name, or add --force to write over it."
    assert path.read_bytes() == b"mine"
    assert len(disputes.template(case, path, coder="ani", rows=9, seed=SEED, force=True)) == 9
    assert is_coding_sheet(path)
    with pytest.raises(DashatError) as refused:
        disputes.template(case, tmp_path / "no/folder.xlsx", coder="ani", seed=SEED)
    assert str(refused.value).startswith("folder.xlsx: cannot be written: No such file or directory.")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("adjudicated", "--coding: 'adjudicated' is a coder of coders.csv already. Give this coder a name of its own."),
        ("a", "--coding: 'a' is a coder of coders.csv already. Give this coder a name of its own."),
        ("../x", "--coding: '../x' cannot be the name of a coder. Write letters and digits, also - _ and . inside, at most 40 and without blanks."),
        ("a b", "--coding: 'a b' cannot be the name of a coder. Write letters and digits, also - _ and . inside, at most 40 and without blanks."),
    ],
)  # fmt: skip
def test_a_name_that_is_taken_or_no_name_is_refused(case, tmp_path, name, said):
    with pytest.raises(DashatError) as refused:
        disputes.template(case, tmp_path / "sheet.xlsx", coder=name, seed=SEED)
    assert str(refused.value) == said
    assert not (tmp_path / "sheet.xlsx").exists()


# ---- reading it back -------------------------------------------------------------------------------------------------


def test_a_filled_sheet_gives_codings_rows_done_and_rows_open(case, drawn, tmp_path):
    book = fill(sheet_of(case, drawn), case, {
        drawn[0]: [("discovery", "for"), ("resources-budget", "against")],
        drawn[2]: "x",
        drawn[3]: [("Anggaran", "Mixed"), ("mutual trust", "neutral")],  # labels of either language, any letter case
    })  # fmt: skip
    put(book, case, 2, "memo", "see\npage 2")
    put(book, case, 7, "memo", "did not get there")
    found = read_coding_sheet(saved(book, tmp_path), case)
    assert (found.coder, found.coder_type, found.memos_open) == ("ani", "person", 1)
    assert found.done == (drawn[0], drawn[2], drawn[3])
    assert found.open_ == tuple(one for one in drawn if one not in found.done)
    assert found.codings.astype("object").where(found.codings.notna(), None).to_numpy().tolist() == [
        [drawn[0], "discovery", "for", "see page 2"],
        [drawn[0], "resources-budget", "against", "see page 2"],
        [drawn[2], None, None, None],
        [drawn[3], "resources-budget", "mixed", None],
        [drawn[3], "mutual-trust", "neutral", None],
    ]


def test_a_row_deleted_from_the_sheet_is_told_apart_from_one_left_open(case, drawn, tmp_path):
    book = fill(sheet_of(case, drawn), case, {drawn[1]: "x"})
    book["Coding"].delete_rows(2)
    found = read_coding_sheet(saved(book, tmp_path), case)
    assert (found.done, found.missing, found.open_) == ((drawn[1],), (drawn[0],), tuple(drawn[2:]))


@pytest.mark.parametrize(("told", "wanted"), [("equal", "equal"), ("proportional", "proportional"), (None, ""), ("fair", "")])  # fmt: skip
def test_a_sheet_carries_how_it_was_drawn(case, drawn, tmp_path, told, wanted):
    book = fill(sheet_of(case, drawn), case, {drawn[0]: "x"})
    row = next(cells[0].row for cells in book["Read me"].iter_rows() if cells[0].value == in_both("sheet", "shares"))
    book["Read me"].cell(row, 2).value = told
    assert read_coding_sheet(saved(book, tmp_path), case).shares == wanted


def code(book, case, row, *pairs):
    for at, (one, stance) in enumerate(pairs, start=1):
        put(book, case, row, f"code_{at}", one)
        put(book, case, row, f"stance_{at}", stance)


# what is done to the sheet; row; field of the column; what is said
REFUSALS = [
    (lambda book, case: code(book, case, 2, ("discovry", "for")), 2, "code_1", "'discovry' is not in the codebook. Write 'discovery'."),
    (lambda book, case: code(book, case, 2, ("Budgett", "for")), 2, "code_1", "'Budgett' is not in the codebook. Write 'resources-budget'."),
    (lambda book, case: code(book, case, 2, ("qqqq", "for")), 2, "code_1", "'qqqq' is not in the codebook. Choose one from the sheet Codebook."),
    (lambda book, case: code(book, case, 2, ("discovery", None)), 2, "stance_1", "the code 'discovery' has no stance. Choose for, against, mixed or neutral."),
    (lambda book, case: code(book, case, 2, (None, "for")), 2, "code_1", "the stance 'for' has no code. Choose the code, or empty the stance."),
    (lambda book, case: code(book, case, 2, ("discovery", "agains")), 2, "stance_1", "'agains' is not one of: for, against, mixed, neutral. Write 'against'."),
    (lambda book, case: code(book, case, 2, ("discovery", "12")), 2, "stance_1", "'12' is not one of: for, against, mixed, neutral. Write one of them."),
    (lambda book, case: code(book, case, 2, ("discovery", "for"), ("Penemuan", "against")), 2, "code_2", "'discovery' stands in this row twice. Keep one; if it goes both ways, its stance is mixed."),
    (lambda book, case: (code(book, case, 2, ("discovery", "for")), put(book, case, 2, "nothing_fits", "X")), 2, "nothing_fits", "nothing fits, but the row has a code. Take away the x, or the codes."),
    (lambda book, case: put(book, case, 2, "nothing_fits", "maybe"), 2, "nothing_fits", "'maybe' is not x. Write x, or empty the cell."),
    (lambda book, case: put(book, case, 2, "evidence_id", "E999"), 2, "evidence_id", "'E999' is no row of this case. Restore the id beside this text: E099."),
    (lambda book, case: put(book, case, 3, "evidence_id", "E0999"), 3, "evidence_id", "'E0999' is no row of this case. Restore the id beside this text: {second}."),
    (lambda book, case: (put(book, case, 2, "evidence_id", "E999"), put(book, case, 2, "text_en", "Other words.")), 2, "evidence_id", "'E999' is no row of this case. Restore the id beside this text, or delete the line."),
    (lambda book, case: put(book, case, 2, "evidence_id", "").__setattr__("value", None), 2, "evidence_id", "the cell is empty. Write the id of the row, or empty the line."),
    (lambda book, case: put(book, case, 4, "text_en", "The budget was halved."), 4, "text_en", "the text is not that of the case. Restore it; if the case has changed since, draw a new sheet."),
    (lambda book, case: put(book, case, 4, "text_id", "").__setattr__("value", None), 4, "text_id", "the text is not that of the case. Restore it; if the case has changed since, draw a new sheet."),
]  # fmt: skip


@pytest.mark.parametrize(("change", "row", "field", "said"), REFUSALS)
def test_each_fault_of_a_sheet_is_named_with_row_column_and_mend(case, heads, tmp_path, change, row, field, said):
    drawn = ["E099", *disputes.draw(case, 5, seed=SEED)["evidence_id"]]
    book = fill(sheet_of(case, drawn), case, {drawn[-1]: "x"})
    change(book, case)
    with pytest.raises(TableError) as refused:
        read_coding_sheet(saved(book, tmp_path), case)
    said = said.format(second=drawn[1])
    assert str(refused.value) == f"filled.xlsx, sheet Coding, row {row}, column {heads[field]}: {said}"


def test_no_id_is_named_where_two_drawn_rows_have_the_text(case, heads, drawn, tmp_path):
    twin = case.evidence["evidence_id"] == drawn[1]
    first = case.evidence.set_index("evidence_id").loc[drawn[0]]
    texts = {name: case.evidence[name].mask(twin, first[name]) for name in ("text_id", "text_en")}
    twins = replace(case, evidence=case.evidence.assign(**texts))
    book = fill(sheet_of(twins, drawn), twins, {drawn[-1]: "x"})
    put(book, twins, 2, "evidence_id", "E999")
    with pytest.raises(TableError) as refused:
        read_coding_sheet(saved(book, tmp_path), twins)
    assert str(refused.value).endswith("'E999' is no row of this case. Restore the id beside this text, or delete the line.")  # fmt: skip


def test_all_faults_of_a_sheet_come_at_once(case, heads, tmp_path):
    drawn = ["E099", *disputes.draw(case, 20, seed=SEED)["evidence_id"]]
    book = sheet_of(case, drawn)
    for at, one in enumerate(["discovry", "mutual-trust", "leadershp"], start=2):
        code(book, case, at, (one, None))
    put(book, case, 9, "nothing_fits", "yes")
    book["Read me"]["B5"] = "A"
    with pytest.raises(TableError) as refused:
        read_coding_sheet(saved(book, tmp_path), case)
    assert str(refused.value).splitlines() == [
        f"filled.xlsx, sheet Coding, row 2, column {heads['code_1']}: 'discovry' is not in the codebook. Write 'discovery'.",
        f"filled.xlsx, sheet Coding, row 2, column {heads['stance_1']}: the code 'discovry' has no stance. Choose for, against, mixed or neutral.",
        f"filled.xlsx, sheet Coding, row 3, column {heads['stance_1']}: the code 'mutual-trust' has no stance. Choose for, against, mixed or neutral.",
        f"filled.xlsx, sheet Coding, row 4, column {heads['code_1']}: 'leadershp' is not in the codebook. Write 'leadership'.",
        f"filled.xlsx, sheet Coding, row 4, column {heads['stance_1']}: the code 'leadershp' has no stance. Choose for, against, mixed or neutral.",
        f"filled.xlsx, sheet Coding, row 9, column {heads['nothing_fits']}: 'yes' is not x. Write x, or empty the cell.",
        f"filled.xlsx, sheet Read me, column {in_both('column', 'coder')}: 'A' is a coder of coders.csv already. Give this coder a name of its own.",
    ]  # fmt: skip


def test_a_row_twice_one_not_drawn_and_a_name_of_two_codes_are_named(case, heads, drawn, tmp_path):
    labels = case.codebook["label_en"].replace("Budget", "Mutual trust")
    other = replace(case, codebook=case.codebook.assign(label_en=labels))
    stranger = next(one for one in case.evidence["evidence_id"] if one not in drawn)
    texts = case.evidence.set_index("evidence_id").loc[stranger]
    book = fill(sheet_of(other, drawn), other, {drawn[3]: [("Mutual trust", "for")], drawn[4]: [("Saling percaya", "for")]})  # fmt: skip
    for cell in list(book["Coding"][2]):
        book["Coding"].cell(14, cell.column, cell.value)
    for field, value in [("evidence_id", stranger), ("text_id", texts["text_id"]), ("text_en", texts["text_en"])]:
        put(book, other, 15, field, value)
    with pytest.raises(TableError) as refused:
        read_coding_sheet(saved(book, tmp_path), other)
    where = "filled.xlsx, sheet Coding, row"
    assert str(refused.value).splitlines() == [
        f"{where} 5, column {heads['code_1']}: 'Mutual trust' is the name of several codes: mutual-trust, resources-budget. Write the code itself.",
        f"{where} 14, column {heads['evidence_id']}: '{drawn[0]}' stands in row 2 already. Keep one of the two lines.",
        f"{where} 15, column {heads['evidence_id']}: '{stranger}' was not drawn for this sheet. Delete the line: who codes does not choose the rows.",
    ]  # fmt: skip


def delete(book, *names):
    for name in names:
        del book[name]


def unhead(book, case):
    put(book, case, 1, "nothing_fits", "")
    put(book, case, 1, "memo", "code 6")


def erase(book, row, column):
    book["Read me"].cell(row, column).value = None


RESTORE = "Restore it from the sheet as it was drawn."
BROKEN = [
    (lambda book, case: delete(book, "Coding"), f"filled.xlsx: the sheet 'Coding' is missing. {RESTORE}"),
    (lambda book, case: delete(book, "Read me"), f"filled.xlsx: the sheet 'Read me' is missing. {RESTORE}"),
    (unhead, "filled.xlsx, sheet Coding, row 1, column code 6: 'code 6' is no heading of the sheet, so its column would not be read. Delete the column; what you want to say has its place in the memo.\n"
     "filled.xlsx, sheet Coding, row 1, column {memo}: this column is missing. Restore its heading.\n"
     "filled.xlsx, sheet Coding, row 1, column {nothing_fits}: this column is missing. Restore its heading."),
    (lambda book, case: put(book, case, 1, "memo", in_both("column", "text_en")), "filled.xlsx, sheet Coding, row 1, column {memo}: this column is missing. Restore its heading.\n"
     "filled.xlsx, sheet Coding, row 1, column {text_en}: '{text_en}' heads two columns. Delete one of them."),
    (lambda book, case: book["Coding"].merge_cells("G3:G5"), "filled.xlsx, sheet Coding, row 3: the cells G3:G5 are merged. Take them apart, and fill each by itself."),
    (lambda book, case: erase(book, 5, 2), "filled.xlsx, sheet Read me, row 5, column {coder}: the cell is empty. Fill it in."),
    (lambda book, case: erase(book, 5, 1), f"filled.xlsx, sheet Read me: the line '{{coder}}' is missing. {RESTORE}"),
    (lambda book, case: book["Read me"].__setitem__("B6", "robot"), "filled.xlsx, sheet Read me, column {coder_type}: 'robot' is not one of: person, machine. Write one of them."),
    (lambda book, case: put(book, case, 2, "nothing_fits", ""), "filled.xlsx, sheet Coding: no row is coded. Fill at least one row."),
]  # fmt: skip


@pytest.mark.parametrize(("change", "said"), BROKEN)
def test_a_sheet_that_is_not_whole_is_refused_with_its_mend(case, heads, drawn, tmp_path, change, said):
    book = fill(sheet_of(case, drawn), case, {drawn[0]: "x"})
    change(book, case)
    path = saved(book, tmp_path)
    with pytest.raises(TableError) as refused:
        read_coding_sheet(path, case)
    names = {**heads, "coder": in_both("column", "coder"), "coder_type": in_both("column", "coder_type")}
    assert sorted(str(refused.value).splitlines()) == sorted(said.format(**names).splitlines())
    assert is_coding_sheet(path)


def test_what_is_no_workbook_is_refused_and_no_coding_sheet(case, tmp_path):
    for name, content, said in [
        ("a.xlsx", b"unit,coder,code", "a.xlsx: is no XLSX workbook. Save it as XLSX."),
        ("a.ods", b"PK\x03\x04", "a.ods: is no XLSX workbook. Save it as XLSX."),
        ("none.xlsx", None, "none.xlsx: is not there. Look at the name of the file."),
    ]:
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(TableError) as refused:
            read_coding_sheet(tmp_path / name, case)
        assert str(refused.value) == said
        assert not is_coding_sheet(tmp_path / name)
    book = openpyxl.Workbook()
    book.active.title = "Coding"
    book.active.append(["unit", "A", "B"])
    assert not is_coding_sheet(saved(book, tmp_path))


@pytest.mark.parametrize("page", ["Coding", "Read me"])
@pytest.mark.parametrize(("separator", "encoding"), [(",", "utf-8"), (";", "utf-8-sig"), ("\t", "utf-16")])
def test_a_coding_sheet_saved_as_csv_is_known_and_refused(case, drawn, tmp_path, page, separator, encoding):
    path = tmp_path / "filled.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=separator).writerows(sheet_of(case, drawn)[page].iter_rows(values_only=True))
    assert is_coding_sheet(path)
    with pytest.raises(TableError) as refused:
        read_coding_sheet(path, case)
    assert str(refused.value) == "filled.csv: is a coding sheet saved as CSV. Save it as XLSX."
    path.write_text("unit,A,B\n1,x,y\n", encoding="utf-8")
    assert not is_coding_sheet(path)


# ---- agreement -------------------------------------------------------------------------------------------------------


def coded_by(case, pairs):
    """The case in which the settlement alone coded, and gave these codes."""
    rows = [(f"K{at}", row, code, case.settings.coder, "for", None, None) for at, (row, code) in enumerate(pairs)]
    codings = pd.DataFrame(rows, columns=["coding_id", "evidence_id", "code_id", "coder", "stance", "confidence", "memo"], dtype="str")  # fmt: skip
    return replace(case, codings=codings, coders=case.coders[case.coders["coder"] == case.settings.coder])


def test_three_rows_agree_as_worked_out_by_hand(case):
    # Rows 1, 2, 3: the doubter gives a, a, b; the settlement a, b, b. One code a row, so every set metric is nominal.
    # D_o: row 2 holds two ordered pairs that differ, of n = 6 values: 2/6. n_a = n_b = 3, so D_e = 2 * 3 * 3 / (6 * 5) = 3/5.
    # alpha = 1 - (1/3) / (3/5) = 4/9; two of three rows are alike.
    rows = case.evidence["evidence_id"].tolist()[4:7]
    a, b = "discovery", "leadership"
    small = coded_by(case, zip(rows, [a, b, b], strict=True))
    found = disputes.agreement_with(small, sheet({row: [(one, "for")] for row, one in zip(rows, [a, a, b], strict=True)}), draws=0)  # fmt: skip
    assert found["coefficient"].tolist() == ["percent", "alpha", "alpha"] * 2
    assert found["what"].tolist() == ["codes"] * 3 + ["codes_with_stance"] * 3
    assert found["value"].tolist() == pytest.approx([2 / 3, 4 / 9, 4 / 9] * 2)  # every stance is for


def test_codes_with_their_stance_agree_as_worked_out_by_hand(case):
    # The doubter gives a for, a against, b for; the settlement a, b, b, all for: only the first and the last row are alike.
    # Values: a+ twice, a- once, b+ three times, n = 6. D_o = 2/6; D_e = 1 - (2*1 + 0 + 3*2) / (6*5) = 22/30.
    # alpha = 1 - (1/3) / (22/30) = 6/11. Codes alone: 4/9, as above.
    rows = case.evidence["evidence_id"].tolist()[4:7]
    a, b = "discovery", "leadership"
    small = coded_by(case, zip(rows, [a, b, b], strict=True))
    answers = dict(zip(rows, ([(a, "for")], [(a, "against")], [(b, "for")]), strict=True))
    found = disputes.agreement_with(small, sheet(answers), draws=0).set_index(["what", "metric"])["value"]
    assert found["codes"].tolist() == pytest.approx([2 / 3, 4 / 9, 4 / 9])
    assert found["codes_with_stance"].tolist() == pytest.approx([2 / 3, 6 / 11, 6 / 11])


def test_a_sheet_of_the_same_codes_with_every_stance_reversed_agrees_in_codes_only(case):
    mine = case.codings[
        (case.codings["coder"] == case.settings.coder) & case.codings["stance"].isin(["for", "against"])
    ]
    decided = replace(case, codings=mine)
    rows = sorted(set(mine["evidence_id"]))[:40]
    found = disputes.agreement_with(decided, sheet(settled(decided, rows, flip=True)), draws=0)
    found = found[found["compared_with"] == case.settings.coder].set_index("what")["value"]
    assert found["codes"].tolist() == [1, 1, 1]
    assert found["codes_with_stance"].max() < 0.1


def test_six_rows_of_sets_agree_as_published_in_the_methods(case):
    # METHODS.md 3.7: units {a}|{a}; {a,b}|{a}; {b}|{b,c}; {c}|{c}; {a,b}|{b,c}; none|{a}: Jaccard 0.384615, MASI 0.308026
    rows = case.evidence["evidence_id"].tolist()[4:10]
    code = {"a": "discovery", "b": "leadership", "c": "knowledge"}
    settled_ = ["a", "a", "bc", "c", "bc", "a"]
    small = coded_by(case, [(row, code[one]) for row, many in zip(rows, settled_, strict=True) for one in many])
    given_ = ["a", "ab", "b", "c", "ab", ""]
    answers = {row: [(code[one], "for") for one in many] or "x" for row, many in zip(rows, given_, strict=True)}
    found = (
        disputes.agreement_with(small, sheet(answers), draws=0).query("what == 'codes'").set_index("metric")["value"]
    )
    assert (found["jaccard"], found["masi"]) == pytest.approx((0.384615, 0.308026), abs=1e-6)


def test_agreement_is_that_of_a_table_built_by_hand_on_the_rows_decided_on_only(case):
    rows = disputes.draw(case, 20, seed=SEED)["evidence_id"].tolist()
    answers = settled(case, rows[:14], flip=True) | {rows[0]: "x"}
    found = disputes.agreement_with(case, sheet(answers), draws=100, seed=3)
    assert found["compared_with"].unique().tolist() == ["adjudicated", "A", "B"]
    assert (found["n_units"] == 14).all()
    found = found[found["what"] == "codes"]
    for other in ("adjudicated", "A", "B"):
        theirs = case.codings[case.codings["coder"] == other]
        sets = {row: frozenset(theirs.loc[theirs["evidence_id"] == row, "code_id"]) for row in sorted(answers)}
        mine = {row: frozenset(one for one, _ in answers[row]) if answers[row] != "x" else frozenset() for row in sets}
        data = reliability.ratings(pd.DataFrame({"ani": mine, other: sets}))
        for metric in ("jaccard", "masi"):
            wanted = reliability.coefficient(data, "alpha", metric=metric, draws=100, seed=3)
            one = found[(found["compared_with"] == other) & (found["metric"] == metric)].iloc[0]
            assert (one["value"], one["lower"], one["upper"]) == (wanted["value"], wanted["lower"], wanted["upper"])


def test_two_doubters_are_compared_on_the_rows_that_both_decided_on(case):
    rows = disputes.draw(case, 10, seed=SEED)["evidence_id"].tolist()
    both = disputes.with_sheet(case, sheet(settled(case, rows[:6]), "budi"))
    found = disputes.agreement_with(both, sheet(settled(case, rows[3:])), draws=0)
    budi = found[found["compared_with"] == "budi"]
    assert (budi["coder_type"].tolist(), budi["n_units"].tolist()) == (["person"] * 6, [3] * 6)
    assert budi["value"].dropna().eq(1).all()


def test_each_code_by_itself_is_given_or_too_rare(case):
    rows = disputes.draw(case, 60, seed=SEED)["evidence_id"].tolist()
    answers = settled(case, rows)
    found = disputes.agreement_by_code(case, sheet(answers), draws=50).query("coefficient == 'alpha'")
    uses = pd.Series([code for said in answers.values() if said != "x" for code, _ in said]).value_counts()
    often = set(uses[uses >= reliability.RARE].index)
    assert often
    assert found.set_index("code_id").loc[list(often), "value"].eq(1).all()
    rare = found[~found["code_id"].isin(often)]
    assert (rare["value"].isna().all(), set(rare["reason"])) == (True, {"too rare"})


def test_differences_hold_rows_with_another_code_or_stance_only(case):
    coded = sorted(disputes.draw(case, 12, seed=SEED)["evidence_id"])
    bare = coded.pop()
    case = replace(case, codings=case.codings[case.codings["evidence_id"] != bare])
    answers = settled(case, [*coded, bare])
    assert answers[bare] == "x"
    answers |= {coded[0]: "x", coded[1]: [(one, "mixed") for one, _ in answers[coded[1]]], bare: [("discovery", "for")]}
    found = disputes.differences(case, sheet(answers)).set_index("evidence_id")
    assert sorted(found.index) == sorted([coded[0], coded[1], bare])
    assert pd.isna(found.at[coded[0], "codes"])
    assert pd.isna(found.at[bare, "codes_settled"])
    assert found.at[bare, "codes"] == "discovery:for"
    assert set(found.at[coded[1], "codes"].split(";")) == {f"{one}:mixed" for one, _ in answers[coded[1]]}


# ---- verdicts --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def contrary(case):
    """A doubter who finds the contrary of the settlement on 150 rows, and nothing on one of them."""
    rows = disputes.draw(case, 150, seed=SEED)["evidence_id"].tolist()
    return sheet(settled(case, rows, flip=True) | {rows[0]: "x"})


def test_the_verdicts_that_turn_are_those_of_codings_edited_by_hand(case, contrary, copy_of_case):
    path = copy_of_case / "data/raw/codings.csv"
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    kept = []
    for line in lines:
        if line["coder"] == "adjudicated" and line["evidence_id"] in contrary.done:
            if line["evidence_id"] == contrary.done[0]:
                continue
            line["stance"] = {"for": "against", "against": "for"}.get(line["stance"], line["stance"])
        kept.append(line)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, lines[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)
    before, after = (indicators.verdicts(indicators.gather(one)) for one in (case, read_case(copy_of_case)))
    both = before.merge(after, on=["set_id", "place"], suffixes=("", ".after"))
    wanted = both[both["verdict"] != both["verdict.after"]].reset_index(drop=True)
    found = disputes.turned(case, contrary)
    assert len(found) >= 3
    assert "capacity-joint-action" in set(found["set_id"])
    pd.testing.assert_frame_equal(found, wanted[list(found)])
    moves = disputes.moved(case, contrary)
    counts = (both["n_for"] != both["n_for.after"]) | (both["n_against"] != both["n_against.after"])
    assert len(moves) == (counts | (both["verdict"] != both["verdict.after"])).sum() > len(found)


def test_a_doubter_who_agrees_turns_and_moves_nothing(case):
    rows = disputes.draw(case, 30, seed=SEED)["evidence_id"].tolist()
    same = sheet(settled(case, rows))
    assert disputes.moved(case, same).empty
    assert disputes.differences(case, same).empty
    other = readings.disputed(disputes.with_sheet(case, same), coder="ani")
    pd.testing.assert_frame_equal(indicators.measured(other), indicators.measured(case))


def test_the_verdicts_that_could_turn_are_those_that_turn_on_a_sheet_of_nothing_or_of_the_contrary(case):
    rows = disputes.draw(case, 150, seed=SEED)["evidence_id"].tolist()
    found = disputes.could_turn(case, sheet(settled(case, rows)))  # what the coder wrote does not matter
    key = ["set_id", "place"]
    for name, answers in {"reversed": settled(case, rows, flip=True), "without": dict.fromkeys(rows, "x")}.items():
        after = disputes.turned(case, sheet(answers)).set_index(key)["verdict.after"]
        mine = found[found["verdict"] != found[f"verdict.{name}"]].set_index(key)[f"verdict.{name}"]
        assert len(after) > 2
        assert mine.to_dict() == after.to_dict()
    assert "shared-motivation" in set(found.loc[found["place"] == case.settings.wider_place, "set_id"])
    assert disputes.coverage(case, sheet(settled(case, rows))) == (150, 203)


def test_no_verdict_could_turn_through_rows_of_no_indicator(case):
    strata = disputes.strata(case)
    rows = strata.index[strata == disputes.NO_INDICATOR].tolist()
    assert disputes.could_turn(case, sheet(settled(case, rows))).empty


def test_a_dispute_changes_the_settled_codings_of_its_rows_only(case, contrary):
    before = case.codings.copy()
    other = readings.disputed(disputes.with_sheet(case, contrary), coder="ani").codings
    pd.testing.assert_frame_equal(case.codings, before)
    own = (other["coder"] == "adjudicated") & other["evidence_id"].isin(contrary.done)
    rest = (case.codings["coder"] == "adjudicated") & case.codings["evidence_id"].isin(contrary.done)
    pd.testing.assert_frame_equal(other[~own].reset_index(drop=True), case.codings[~rest].reset_index(drop=True))
    ids = other.loc[own, "coding_id"]
    assert ids.str.fullmatch(r"ani/E\d+/[1-5]").all()
    assert other["coding_id"].is_unique
    assert contrary.done[0] not in set(other.loc[own, "evidence_id"])


# ---- kept ------------------------------------------------------------------------------------------------------------


def test_a_kept_sheet_is_read_with_the_case_and_stands_among_its_readings(case, contrary, copy_of_case):
    raw = fingerprint.raw_files(copy_of_case)
    assert fingerprint.data_hash(raw) == fingerprint.data_hash(fingerprint.raw_files(ROOT))
    assert case.second_codings.empty
    kept = read_case(copy_of_case)
    path = disputes.keep(kept, contrary)
    assert path.relative_to(copy_of_case).as_posix() == "data/coders/ani.csv"
    found = read_case(copy_of_case)
    by = ["evidence_id", "code_id"]
    pd.testing.assert_frame_equal(
        found.second_codings.sort_values(by, ignore_index=True), contrary.rows().sort_values(by, ignore_index=True)
    )
    assert [(one.name, one.kind) for one in readings.coders(found)] == [("coder A", "coder"), ("coder B", "coder"), ("coder ani", "dispute")]  # fmt: skip
    values = readings.run_readings(found, readings.coders(found)[2:], [indicators.measured]).values
    after = values[values["fact_id"].str.endswith(".verdict")].set_index("fact_id")["value"]
    for one in disputes.turned(case, contrary).to_dict("records"):
        assert after[f"{one['set_id']}.{one['place']}.verdict"] == one["verdict.after"]
    assert set(fingerprint.raw_files(copy_of_case)) - set(raw) == {"../coders/ani.csv"}
    assert fingerprint.data_hash(fingerprint.raw_files(copy_of_case)) != fingerprint.data_hash(raw)
    hashes = provenance.row_hashes(found)
    assert (hashes["table"] == "second_codings").sum() == len(contrary.codings)
    with pytest.raises(DashatError) as refused:
        disputes.keep(found, contrary)
    assert str(refused.value) == "data/coders/ani.csv: is there already. Choose another name, or add --force to write over it."  # fmt: skip
    before = path.read_bytes()
    assert disputes.keep(found, contrary, force=True).read_bytes() == before


def test_only_what_reads_the_second_codings_is_made_anew(copy_of_case):
    keys = [{stage.name: pipeline._Now.of(copy_of_case).stage_key(stage) for stage in pipeline.STAGES}]
    (copy_of_case / "data/coders").mkdir()
    (copy_of_case / "data/coders/ani.csv").write_text("coder,coder_type,evidence_id,code_id,stance,memo\n", encoding="utf-8")  # fmt: skip
    keys.append({stage.name: pipeline._Now.of(copy_of_case).stage_key(stage) for stage in pipeline.STAGES})
    wanted = {stage.name for stage in pipeline.STAGES if "second_codings" in stage.reads}
    assert {name for name in keys[0] if keys[0][name] != keys[1][name]} == wanted
    assert "readings" in wanted
    assert read_case(copy_of_case).second_codings.empty


def test_a_doubter_of_one_row_leaves_the_shares_of_whole_coders_as_they_were(few):
    row = disputes.draw(few, 1, seed=SEED)["evidence_id"].tolist()
    before, after = (readings.results(one).facts.set_index("fact_id") for one in (few, disputes.with_sheet(few, sheet(settled(few, row)))))  # fmt: skip
    assert not before.index.str.contains("dispute").any()
    pd.testing.assert_frame_equal(after.loc[before.index], before)
    added = after.loc[after.index.difference(before.index)]
    assert (len(added), set(added["value"])) == (30, {1.0})
    assert added.index.str.endswith(".verdict.share.dispute").all()


def test_a_share_of_disputes_is_of_doubters_only_and_leads_to_their_rows(few, contrary):
    disputed = disputes.with_sheet(few, contrary)
    found = readings.results(disputed)
    facts = found.facts.set_index("fact_id")
    one = "capacity-joint-action.surakarta.verdict.share.dispute"
    assert facts.at[one, "value"] == 0  # A and B say what the settlement says, the doubter does not
    assert "coders of some rows (1 in all)" in facts.at[one, "how"]
    assert facts.at[one.replace("dispute", "coder"), "value"] == 1
    rows = found.fact_support[found.fact_support["table"] == "second_codings"]
    assert set(rows.loc[rows["fact_id"] == one, "row_id"]) <= set(row_ids("second_codings", disputed.second_codings))
    tables = {name: set(row_ids(name, table)) for name, table in disputed.tables()}
    assert all(row in tables[name] for name, row in set(zip(found.fact_support["table"], found.fact_support["row_id"], strict=True)))  # fmt: skip
    # every fact that moves with the doubter's stance on one row has that row under it
    at = disputed.second_codings.index[disputed.second_codings["code_id"].eq("leadership")][0]
    other = disputed.second_codings.assign(stance=disputed.second_codings["stance"].where(disputed.second_codings.index != at, "mixed"))  # fmt: skip
    after = readings.results(replace(disputed, second_codings=other)).facts.set_index("fact_id")
    moved = set(facts.index[facts["value"].ne(after["value"]) & ~(facts["value"].isna() & after["value"].isna())])
    mine = row_ids("second_codings", disputed.second_codings)[at]
    assert moved <= set(rows.loc[rows["row_id"] == mine, "fact_id"])
    assert rows["fact_id"].str.endswith(".share.dispute").all()


def test_the_verdicts_of_each_doubter_are_stored_by_name_and_only_where_there_is_one(few, contrary, copy_of_case):
    stored, names = copy_of_case / "data/processed", []
    for one in (few, disputes.with_sheet(few, contrary), few):
        processed.store(copy_of_case, readings.results(one), {"seed": 1}, title="")
        package = json.loads((stored / "datapackage.json").read_text(encoding="utf-8"))
        listed = {resource["name"]: resource for resource in package["resources"]}
        tables = processed.read_results(copy_of_case).tables
        there = ["disputed_verdicts" in where for where in (listed, tables)]
        names.append([*there, (stored / "disputed_verdicts.csv").exists()])
        if all(there):
            table = tables["disputed_verdicts"]
            assert [field["name"] for field in listed["disputed_verdicts"]["schema"]["fields"]] == list(table)
    assert names == [[False] * 3, [True] * 3, [False] * 3]
    assert list(table) == ["coder", "set_id", "place", "verdict", "verdict_after", "n_for", "n_for_after", "n_against", "n_against_after"]  # fmt: skip
    assert (set(table["coder"]), len(table)) == ({"ani"}, 30)
    turned = table[table["verdict"] != table["verdict_after"]].reset_index(drop=True)
    wanted = disputes.turned(few, contrary).rename(columns=lambda name: name.replace(".after", "_after"))
    pd.testing.assert_frame_equal(turned.drop(columns="coder"), wanted[list(table)[1:]], check_dtype=False)


def written(folder, name, *rows):
    (folder / "data/coders").mkdir(exist_ok=True)
    lines = ["coder,coder_type,evidence_id,code_id,stance,memo", *rows]
    (folder / f"data/coders/{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_faults_of_kept_codings_are_named_in_their_own_file(copy_of_case):
    written(copy_of_case, "ani", "ani,person,E005,discovery,for,", "ani,person,E006,,,")
    written(
        copy_of_case, "budi", "budi,person,E005,discovry,for,", "budi,person,E9999,,,", "budi,robot,E006,discovery,,",
        "budi,person,E007,,for,", "budi,person,E008,discovery,for,", "budi,person,E008,,,", "A,person,E009,,,",
        "budi,person,E008,discovery,against,",
    )  # fmt: skip
    assert [str(one) for one in check_case(copy_of_case)] == [
        "coders/budi.csv, row 2, column code_id: 'discovry' is not in codebook.csv. Write 'discovery', or add 'discovry' to codebook.csv.",
        "coders/budi.csv, row 3, column evidence_id: 'E9999' is not in evidence.csv. Add it to evidence.csv, or mend the id.",
        "coders/budi.csv, row 4, column coder_type: 'robot' is not one of: machine, person. Write one of them.",
        "coders/budi.csv, row 4, column stance: a code without a stance. Write for, against, mixed or neutral.",
        "coders/budi.csv, row 5, column code_id: a stance without a code. Write the code, or empty the stance.",
        "coders/budi.csv, row 7, column code_id: nothing fits, but the coder gave this row a code. Delete one of the two rows.",
        "coders/budi.csv, row 8, column coder: 'A' is not the coder the file is named after. Write 'budi', or rename the file.",
        "coders/budi.csv, row 8, column coder: 'A' is a coder of coders.csv already. Give this coder a name of its own.",
        "coders/budi.csv, row 9, column coder: 'budi/E008/discovery' stands in row 6 already; coder + evidence_id + code_id must be unique. Delete one of the two rows, or give this one an id of its own.",
    ]  # fmt: skip


# ---- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def dashat(monkeypatch, capsys):
    """The command in this process: words in; exit code, stdout and stderr out."""

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["dashat", *map(str, words)])
        monkeypatch.delenv("DASHAT_LANG", raising=False)
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        shown = capsys.readouterr()
        return ended.value.code or 0, shown.out, shown.err

    return call


def test_template_writes_a_sheet_tells_the_draw_and_refuses_with_a_line(dashat, copy_of_case, tmp_path):
    path = tmp_path / "sheet.xlsx"
    words = ["template", path, "--coding", "ani", "--case", copy_of_case, "--rows", "15", "--seed", "4", "--lang", "en"]
    told = "  no indicator: 4 of 106 rows\n  Capacity for joint action: 4 of 76 rows\n  Principled engagement: 4 of 15 rows\n  Shared motivation: 3 of 6 rows\n"
    assert dashat(*words) == (0, "", f"{path}: 15 rows drawn, seed 4.\n{told}")
    before = path.read_bytes()
    ended, out, err = dashat(*words)
    assert (ended, out, err.count("\n")) == (1, "", 1)
    assert err == "sheet.xlsx: is there already. Choose another name, or add --force to write over it.\n"
    assert path.read_bytes() == before
    assert dashat(*words, "--force")[0] == 0
    assert path.read_bytes() == before
    assert dashat(*words, "--by", "mood")[0] == 2
    assert dashat(*words, "--shares", "fair")[0] == 2
    proportional = dashat(*words, "--force", "--shares", "proportional")[2]
    assert "Capacity for joint action: 6 of 76 rows\n" in proportional
    assert read_me(path)[in_both("sheet", "shares")] == "proportional"
    assert "news: 5 of 165 rows" in dashat(*words, "--force", "--by", "kind")[2]
    assert "Kota Surakarta: " in dashat(*words, "--force", "--by", "place")[2]
    assert dashat(*words, "--force")[0] == 0
    assert dashat("template", tmp_path / "sheet.csv", "--coding", "ani", "--case", copy_of_case)[0] == 2
    assert dashat("template", path, "--case", copy_of_case)[0] == 2
    words = ["agreement", path, "--case", copy_of_case]
    assert dashat(*words, "--lang", "en")[1:] == ("", "sheet.xlsx, sheet Coding: no row is coded. Fill at least one row.\n")  # fmt: skip


def test_errors_come_in_the_language_that_the_command_speaks(dashat, copy_of_case, tmp_path):
    path = tmp_path / "sheet.xlsx"
    words = ["template", path, "--coding", "ani", "--case", copy_of_case]
    assert "baris diambil" in dashat(*words)[2]  # the case is read in Indonesian first
    already = "sheet.xlsx: sudah ada. Pilih nama lain, atau tambahkan --force untuk menimpanya.\n"
    assert dashat(*words)[2] == already
    assert dashat(*words, "--lang", "en")[2].startswith("sheet.xlsx: is there already.")
    assert reader("id")("no row is coded.") in dashat("agreement", path, "--case", copy_of_case)[2]
    assert "no row is coded." in dashat("agreement", path, "--case", copy_of_case, "--lang", "en")[2]
    assert reader("id")("there are no stored results.") in dashat("why", "n_rows", "--case", copy_of_case)[2]
    (copy_of_case / "data/raw/places.csv").unlink()
    for command in (["run", copy_of_case], ["report", copy_of_case], words):
        assert "places.csv" in dashat(*command)[2]
        assert dashat(*command)[2] != dashat(*command, "--lang", "en")[2]
    assert "is not in" in dashat("run", tmp_path)[2]  # no case: nothing says which language
    assert dashat("agreement", tmp_path / "none.csv")[2] == "none.csv: is not there. Look at the name of the file.\n"


def test_agreement_knows_a_filled_sheet_and_says_who_agrees_where_not_and_what_turns(dashat, copy_of_case, tmp_path):
    case = read_case(copy_of_case)
    rows = disputes.draw(case, 150, seed=SEED)["evidence_id"].tolist()
    book = fill(sheet_of(case, rows), case, settled(case, rows[:-2], flip=True))
    book["Coding"].delete_rows(2)
    path = saved(book, tmp_path)
    words = ["agreement", path, "--case", copy_of_case, "--draws", "50"]
    ended, out, err = dashat(*words, "--lang", "en", "--by", "code")
    assert (ended, err) == (0, "")
    for said in (
        "Agreement of ani (person) with the settlement adjudicated (machine), A (machine), and B (machine)",
        "The coders are a person and a machine: read it as neither.", "The codings of the case are machine-assisted:",
        "147 rows coded.", "2 rows of the draw were left open.", "1 row of the draw is not in the sheet.", "sets (MASI)", "50 draws, seed 0",
        "drawn in equal shares, so that rare ones are in", "the codes alone, and the codes with their stance",
        "147 of the 203 admitted rows of Kota Surakarta were coded.", "Verdicts that could turn if the settled codings",
        "Krippendorff's alpha of each code", "a coder used it fewer than",
        "Where ani and the settlement differ: 12 of", "Verdicts that turn under the reading 'coder ani'", "Capacity for joint action",
    ):  # fmt: skip
        assert said in out, said
    found = json.loads(dashat(*words, "--json")[1])
    assert set(found) == {
        "coder", "coder_type", "seed", "draws", "shares", "done", "open", "missing", "nothing_fits", "n_coded", "n_admitted",
        "agreement", "by_code", "differences", "turned", "moved", "could_turn",
    }  # fmt: skip
    assert {one["what"] for one in found["agreement"]} == {"codes", "codes_with_stance"}
    assert (found["shares"], found["n_coded"], found["n_admitted"]) == ("equal", 147, 203)
    sheet_ = read_coding_sheet(path, case)
    assert len(found["differences"]) == len(disputes.differences(case, sheet_)) > 12
    assert [one["set_id"] for one in found["turned"]] == disputes.turned(case, sheet_)["set_id"].tolist()
    assert (found["open"], found["missing"]) == (rows[-2:], rows[:1])
    assert [one["set_id"] for one in found["could_turn"]] == disputes.could_turn(case, sheet_)["set_id"].tolist()
    assert not (copy_of_case / "data/coders").exists()
    ended, _, err = dashat(*words, "--keep", "--lang", "en")
    assert (ended, err) == (0, f"Stored as {copy_of_case / 'data/coders/ani.csv'}; dashat run reads the verdicts by it too.\n")  # fmt: skip
    assert dashat(*words, "--keep")[0] == 1
    assert dashat(*words, "--keep", "--force")[0] == 0
    assert dashat("check", copy_of_case, "--json")[:2] == (0, "[]\n")


def test_agreement_says_that_none_turns_and_that_all_is_alike(dashat, case, tmp_path):
    rows = disputes.draw(case, 12, seed=SEED)["evidence_id"].tolist()
    path = saved(fill(sheet_of(case, rows), case, settled(case, rows)), tmp_path)
    _, out, _ = dashat("agreement", path, "--case", ROOT, "--draws", "20", "--lang", "en")
    assert "ani and the settlement give every row the same codes and stances." in out
    assert "No verdict turns under the reading 'coder ani'." in out
    assert "12 of the 203 admitted rows of Kota Surakarta were coded." in out


def test_what_could_turn_and_which_verdicts_hold_on_other_counts_is_named(dashat, case, tmp_path, monkeypatch):
    strata = disputes.strata(case)
    rows = strata.index[strata == disputes.NO_INDICATOR].tolist()[:9]
    path = saved(fill(sheet_of(case, rows), case, settled(case, rows)), tmp_path)
    words = ["agreement", path, "--case", ROOT, "--draws", "0", "--lang", "en"]
    assert "taken away or reversed: none could." in " ".join(dashat(*words)[1].split())
    rows = strata.index[strata == "capacity-joint-action"].tolist()[:9]
    path = saved(fill(sheet_of(case, rows), case, settled(case, rows, flip=True)), tmp_path)
    held = disputes.moved(case, read_coding_sheet(path, case)).query("not turned")
    out = dashat(*words)[1].partition("on other counts of events.")[2]
    shown = [[cell.strip() for cell in line.split("│")[1:-1]] for line in out.splitlines()]
    places = case.places.set_index("place")["name"]
    assert len(held) > 2
    for one in held.to_dict("records"):
        counts = [str(one[name]) for name in ("n_for", "n_for.after", "n_against", "n_against.after")]
        assert [one["label_en"], places[one["place"]], one["verdict"], *counts] in shown
    monkeypatch.setattr(disputes, "FIRST", 1)
    assert f"\n{len(held) - 1} more.\n" in dashat(*words)[1]


def test_a_sheet_comes_alone_and_only_a_sheet_is_kept(dashat, case, drawn, tmp_path):
    path = saved(fill(sheet_of(case, drawn), case, {drawn[0]: "x"}), tmp_path)
    page = tmp_path / "filled.csv"
    with page.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(openpyxl.load_workbook(path)["Coding"].iter_rows(values_only=True))
    for words in ([], ["--keep"]):
        shown = dashat("agreement", page, "--case", ROOT, "--lang", "en", *words)
        assert shown == (1, "", "filled.csv: is a coding sheet saved as CSV. Save it as XLSX.\n")
    ratings = tmp_path / "ratings.csv"
    ratings.write_text("unit,A,B\n1,x,x\n2,y,x\n", encoding="utf-8")
    assert dashat("agreement", path, "--metric", "masi")[0] == 2
    assert dashat("agreement", path, ratings)[0] == 2
    assert dashat("agreement", ratings, "--keep")[0] == 2
    assert dashat("agreement", ratings, "--lang", "en")[0] == 0
