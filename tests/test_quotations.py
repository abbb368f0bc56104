"""A quotation stands in its document where it says, or is named with the place where it does."""

from __future__ import annotations

import pytest

from dashat_lib.loaders.case import check_case, read_case
from dashat_lib.loaders.quotations import source_text
from dashat_lib.words import reader

TEXT = "Kader memasak di balai.\r\nDana 🍲 datang terlambat, kata ketua. Dana 🍲 datang."
HEAD = "quotation_id,evidence_id,source_id,start,end,quote\n"


@pytest.fixture
def quoting(copy_of_case):
    def write(*rows, text=TEXT):
        case = read_case(copy_of_case) if not (copy_of_case / "data/texts").exists() else None
        (copy_of_case / "data/texts").mkdir(exist_ok=True)
        row = case.evidence.iloc[0] if case is not None else write.row
        write.row = row
        (copy_of_case / "data/texts" / f"{row['source_id']}.txt").write_bytes(text.encode() if isinstance(text, str) else text)  # fmt: skip
        lines = [f"Q{at},{row['evidence_id']},{row['source_id']},{one}\n" for at, one in enumerate(rows)]
        (copy_of_case / "data/raw/quotations.csv").write_text(HEAD + "".join(lines), encoding="utf-8", newline="\n")
        return copy_of_case

    return write


def place(words):
    text = TEXT.replace("\r\n", "\n")
    return f"{text.index(words)},{text.index(words) + len(words)},"


def test_quotations_are_counted_in_code_points_of_text_with_lf(quoting):
    folder = quoting(
        place("Dana 🍲 datang terlambat") + "Dana 🍲 datang terlambat", place("balai.\nDana") + '"balai.\nDana"'
    )
    assert check_case(folder) == []
    case = read_case(folder)
    assert case.quotations["start"].tolist() == [24, 17]
    assert "\r" not in source_text(folder, case.quotations["source_id"].iloc[0])


def test_a_quotation_that_stands_elsewhere_is_named_with_the_nearest_place(quoting):
    (problem,) = check_case(quoting("50,64,Dana 🍲 datang"))
    assert (problem.file, problem.row, problem.column) == ("quotations.csv", 2, "start")
    text = TEXT.replace("\r\n", "\n")
    assert f"start {text.rindex('Dana')} and end" in problem.render()


def test_a_misquote_is_named_with_what_the_document_says(quoting):
    (problem,) = check_case(quoting(place("Dana 🍲 datang terlambat") + "Dana 🍲 datang tepat waktu"))
    assert problem.column == "quote"
    assert "Dana 🍲 datang terlambat" in problem.render()
    assert "salah kutip" in problem.render(reader("id"))


def test_a_place_beyond_the_end_and_a_place_that_is_empty_are_no_quotations(quoting):
    assert len(check_case(quoting("500,505,balai", "5,5,balai"))) == 2


def test_a_document_that_is_missing_or_not_utf8_or_another_one_is_named(quoting, copy_of_case):
    folder = quoting("0,5,Kader", text=TEXT.encode("utf-16"))
    assert "UTF-8" in check_case(folder)[0].render()
    path = folder / "data/raw/quotations.csv"
    other = next(one for one in read_other(folder) if one != quoting.row["source_id"])
    path.write_text(path.read_text(encoding="utf-8").replace(quoting.row["source_id"], other), encoding="utf-8")
    said = [one.render() for one in check_case(folder)]
    assert any("is not the document of evidence row" in one for one in said)
    assert any("data/texts" in one for one in said)


def read_other(folder):
    return (folder / "data/raw/sources.csv").read_text(encoding="utf-8").split()[1].split(",")[:1] + [
        line.split(",")[0] for line in (folder / "data/raw/sources.csv").read_text(encoding="utf-8").splitlines()[2:4]
    ]


def test_no_path_leads_out_of_the_texts(copy_of_case):
    assert source_text(copy_of_case, "../../dashat") is None
    assert source_text(copy_of_case, "..\\x") is None
