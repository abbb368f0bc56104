"""The case read another way: same numbers whoever computes them, and bands that can be trusted."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest

from dashat_lib import indicators, readings, resampling
from dashat_lib.readings import Variant, run_readings


@pytest.fixture(scope="module")
def variants(case):
    return [*readings.resamples(case, 40, seed=5), *readings.coders(case), *readings.cut_offs(case)]


def test_one_two_and_four_workers_give_the_same_numbers(case, variants):
    one, two, four = (run_readings(case, variants, [indicators.measured], workers=n) for n in (1, 2, 4))
    pd.testing.assert_frame_equal(one.values, two.values)
    pd.testing.assert_frame_equal(one.values, four.values)


def dies_once(job, *, mark, parent):
    """Kills its worker the first time it is called outside the parent process."""
    if job == 3 and os.getpid() != parent and not mark.exists():
        mark.write_text("")
        os.kill(os.getpid(), signal.SIGKILL)
    return job * job


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs POSIX signals")
def test_a_killed_worker_loses_no_result(tmp_path):
    mark = tmp_path / "died"
    found = resampling.spread(partial(dies_once, mark=mark, parent=os.getpid()), list(range(8)), workers=2)
    assert mark.exists()
    assert found == [n * n for n in range(8)]


def test_draws_of_a_name_do_not_hang_on_other_names_or_on_how_many_are_drawn():
    many = resampling.poisson_weights(["a", "b", "c"], 600, seed=1)
    few = resampling.poisson_weights(["c"], 300, seed=1)
    assert (many["c"][:300] == few["c"]).all()
    assert not (many["a"] == many["b"]).all()
    assert (resampling.poisson_weights(["a"], 10, seed=2)["a"] != many["a"][:10]).any()


def test_draws_have_the_mean_and_variance_of_a_poisson_of_one():
    drawn = np.concatenate(list(resampling.poisson_weights([str(at) for at in range(40)], 1000, seed=3).values()))
    assert drawn.mean() == pytest.approx(1, abs=0.02)  # 40,000 draws: standard error 0.005
    assert drawn.var() == pytest.approx(1, abs=0.04)


def test_blocks_deal_out_every_draw():
    assert list(resampling.blocks(600)) == [(0, 250), (1, 250), (2, 100)]
    assert list(resampling.blocks(0)) == []


def test_worlds_in_one_pass_are_what_their_cases_give(case):
    material = indicators.gather(case)
    weights = resampling.poisson_weights(sorted(case.evidence["event_id"].unique()), 12, seed=9)
    worlds = indicators.in_worlds(material, weights, at_a_time=5)
    cases = run_readings(case, readings.resamples(case, 12, seed=9), [indicators.measured]).values
    for name in indicators.MEASURED:
        ids = worlds["set_id"] + "." + worlds["place"] + "." + name
        fast = pd.Series(worlds[name].to_numpy(), [("resample " + (worlds["world"] + 1).astype("str")), ids])
        slow = cases.set_index(["reading", "fact_id"])["value"].loc[fast.index]
        pd.testing.assert_series_equal(fast.astype("object"), slow, check_names=False)


def test_leaving_out_a_family_by_a_variant_is_what_the_robustness_table_says(case):
    table = indicators.robustness(indicators.gather(case)).query("kind == 'source'")
    chosen = sorted(table["reading"].unique())[::9]
    variants = [one for one in readings.families(case) if one.name.removeprefix("without ") in chosen]
    values = run_readings(case, variants, [indicators.measured]).values.set_index(["reading", "fact_id"])["value"]
    part = table[table["reading"].isin(chosen)]
    assert len(part) > 10
    for one in part.itertuples():
        key = (f"without {one.reading}", f"{one.set_id}.{one.place}")
        assert (values[key[0], f"{key[1]}.verdict"], values[key[0], f"{key[1]}.n_for"]) == (one.verdict, one.n_for)


def test_the_rows_of_the_programme_as_a_variant_are_what_the_indicators_say(case):
    material = indicators.gather(case)
    table = indicators.on_programme(material, indicators.verdicts(material))
    values = run_readings(case, readings.on_programme(case), [indicators.measured]).values.set_index("fact_id")["value"]
    assert len(table) == 30
    for one in table.itertuples():
        stem = f"{one.set_id}.{one.place}"
        assert [values[f"{stem}.{name}"] for name in ("verdict", "n_for", "n_against")] == [one.verdict, one.n_for, one.n_against]  # fmt: skip
    none = replace(case, settings=case.settings.model_copy(update={"programme": None}))
    assert readings.on_programme(none) == []
    shares = readings.results(none).facts["fact_id"]
    assert not shares.str.endswith(indicators.PROGRAMME_ROWS).any()


def louder(case, *, reprints):
    """The case with six more reports of one event from other outlets: reprints of one text, or texts of their own."""
    row = case.codings.query("coder == 'adjudicated' and code_id == 'leadership' and stance == 'for'").iloc[0]
    names = ("evidence", "codings", "evidence_actors")
    mine = {name: getattr(case, name)[getattr(case, name)["evidence_id"] == row["evidence_id"]] for name in names}
    source = case.sources[case.sources["source_id"] == mine["evidence"]["source_id"].iloc[0]]
    more = {name: [getattr(case, name)] for name in ("sources", *names)}
    for at in range(6):
        family = source["source_family"] if reprints else f"X{at}"
        more["sources"].append(source.assign(source_id=f"outlet-{at}", source_family=family))
        for name, table in mine.items():
            marks = {"evidence_id": f"X{at}"} | ({"source_id": f"outlet-{at}"} if name == "evidence" else {})
            marks |= {"coding_id": table["coding_id"] + f"x{at}"} if name == "codings" else {}
            more[name].append(table.assign(**marks))
    return replace(case, **{name: pd.concat(parts, ignore_index=True) for name, parts in more.items()})


def test_six_copies_of_one_event_from_other_outlets_change_no_count_verdict_or_band(case):
    tables = [
        readings.results(replace(one, settings=one.settings.model_copy(update={"resamples": 60}))).tables
        for one in (case, louder(case, reprints=True))
    ]
    pd.testing.assert_frame_equal(tables[0]["reading_bands"], tables[1]["reading_bands"])
    pd.testing.assert_frame_equal(indicators.measured(case), indicators.measured(louder(case, reprints=True)))


def test_six_independent_reports_of_one_event_add_families_and_no_event(case):
    more = louder(case, reprints=False)
    before, after = (indicators.verdicts(indicators.gather(one)) for one in (case, more))
    assert (before[["n_for", "n_against"]] == after[["n_for", "n_against"]]).all(axis=None)
    assert after["n_families"].sum() > before["n_families"].sum()
    bands = [
        run_readings(one, readings.resamples(one, 60, seed=2), [indicators.measured]).bands() for one in (case, more)
    ]
    events = bands[0]["fact_id"].str.contains("n_for|n_against|share_for")
    pd.testing.assert_frame_equal(bands[0][events], bands[1][events])


def test_a_band_holds_share_and_bounds_by_kind():
    base = pd.DataFrame({"fact_id": ["n", "v"], "value": [2, "supported"], "unit": ["events", "verdict"]}).astype(
        {"value": "object"}
    )
    rows = [("a", "coder", "n", 2), ("b", "coder", "n", 5), ("c", "source", "n", None), ("a", "coder", "v", "contested"), ("b", "coder", "v", "supported"), ("c", "source", "v", "contested")]  # fmt: skip
    values = pd.DataFrame(rows, columns=["reading", "kind", "fact_id", "value"]).astype({"value": "object"})
    found = readings.Readings(base, values).bands().set_index(["fact_id", "kind"])
    assert found.loc[("n", "coder"), ["n_readings", "n_same", "lower", "upper"]].tolist() == [2, 1, 2.0, 5.0]
    assert found.loc[("n", "source"), ["n_defined", "n_same"]].tolist() == [0, 0]
    assert (found.at[("v", "coder"), "share_same"], found.at[("v", "coder"), "others"]) == (0.5, "contested 1")
    assert found.at[("v", "source"), "share_same"] == 0


def test_a_reading_marks_its_case_and_leaves_the_own_one_alone(case):
    before = case.codings.copy()
    variant = readings.families(case)[3]
    other = variant(case)
    assert other.reading == variant.name
    assert case.reading is None
    assert len(other.evidence) < len(case.evidence)
    pd.testing.assert_frame_equal(case.codings, before)


def test_an_event_drawn_twice_stands_twice_with_all_its_rows(case):
    event = case.evidence["event_id"].value_counts().index[0]
    rows = (case.evidence["event_id"] == event).sum()
    drawn = readings.resampled(case, events=[event], times=np.array([3]))
    assert len(drawn.evidence) == 3 * rows
    assert drawn.evidence["event_id"].nunique() == 3
    assert drawn.evidence["evidence_id"].is_unique
    assert drawn.codings["coding_id"].is_unique


def test_a_roll_up_takes_parts_with_their_whole_and_drops_ties_inside(case):
    teams, every = (one(case) for one in readings.roll_ups(case))
    assert "kader-dashat-jebres" not in set(teams.stakeholders["stakeholder_id"])
    assert (teams.ties["source_stakeholder"] != teams.ties["target_stakeholder"]).all()
    assert not set(every.stakeholders["part_of"].dropna())
    assert len(every.ties) < len(teams.ties) <= len(case.ties)


def test_a_programme_reading_holds_its_ties_only(case):
    one = next(one for one in readings.programmes(case) if one.name == "programme dashat")
    assert set(one(case).ties["programme"]) == {"dashat"}


def test_two_variants_of_one_name_and_unknown_kinds_are_refused(case):
    twice = readings.coders(case)[:1] * 2
    with pytest.raises(ValueError, match="two variants are called"):
        run_readings(case, twice, [indicators.measured])
    with pytest.raises(ValueError, match="is not one of"):
        Variant("x", "mood", readings.by_coder)


def test_a_cached_batch_is_taken_only_for_the_same_case(case, tmp_path, monkeypatch):
    variants = readings.coders(case)
    first = run_readings(case, variants, [indicators.measured], cache=tmp_path)
    assert list(tmp_path.glob("*.joblib"))
    calls = []
    monkeypatch.setattr(readings, "_batch", lambda *given: calls.append(given))
    again = run_readings(case, variants, [indicators.measured], cache=tmp_path)
    assert calls == []
    pd.testing.assert_frame_equal(first.values, again.values)
    monkeypatch.undo()
    codings = case.codings.assign(stance=case.codings["stance"].replace({"for": "against", "against": "for"}))
    other = run_readings(replace(case, codings=codings), variants, [indicators.measured], cache=tmp_path)
    assert not other.values.equals(first.values)


def test_a_doubt_takes_one_coder_at_their_word_for_each_disagreement(case):
    table = readings.disagreements(case)
    others = list(table.columns[2:])
    assert len(table) > 50
    one_by_one = case.codings[case.codings["coder"].isin(others)].groupby(["evidence_id", "code_id"])
    told = one_by_one.agg(n=("coder", "nunique"), stances=("stance", "nunique"))
    assert len(table) == ((told["n"] < len(others)) | (told["stances"] > 1)).sum()
    for at, coder in enumerate(others):
        world = readings.doubted(case, picks=np.full(len(table), at))
        settled = world.codings[world.codings["coder"] == case.settings.coder].set_index(["evidence_id", "code_id"])[
            "stance"
        ]
        pairs = pd.MultiIndex.from_frame(table[["evidence_id", "code_id"]])
        assert settled.reindex(pairs).fillna("-").tolist() == table[coder].fillna("-").tolist()
        rest = case.codings[case.codings["coder"] == case.settings.coder].set_index(["evidence_id", "code_id"])[
            "stance"
        ]
        untouched = rest.index.difference(pairs)
        assert settled.loc[untouched].equals(rest.loc[untouched])
    worlds = readings.doubts(case, 300, seed=1)
    first = [one.make.keywords["picks"] for one in worlds]
    assert np.mean(first) == pytest.approx(0.5, abs=0.02)
    again = readings.doubts(case, 260, seed=1)
    assert all((a.make.keywords["picks"] == b).all() for a, b in zip(again, first, strict=False))


def test_the_audited_rows_are_those_compared_with_their_page(case):
    (only,) = readings.audits(case)
    left = only(case)
    assert set(left.evidence["evidence_id"]) == set(case.audit.loc[case.audit["checked"] == "yes", "evidence_id"])
    assert set(left.ties["evidence_id"]) <= set(left.evidence["evidence_id"])
    assert readings.audits(replace(case, audit=case.audit.assign(checked="yes"))) == []


def test_every_fact_of_a_share_says_how_many_readings(case):
    few = replace(case, settings=case.settings.model_copy(update={"resamples": 25}))
    found = readings.results(few).facts
    shares = found[found["fact_id"].str.endswith(".share.resample")]
    assert len(shares) == 30
    assert shares["how"].str.contains("25 resamples").all()
    assert found.loc[found["value"].isna(), "reason"].notna().all()
