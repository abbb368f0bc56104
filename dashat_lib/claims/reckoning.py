"""A case with the facts that its claims hang on: each computed once, in the order in which one needs another.

A fact is a general statistic with the parameters that ``fact_definitions`` gives it; what a definition leaves to the test
("(test)", "first listed row") comes from the test that names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from .. import indicators
from ..admission import SWAPPED, admitted, code_sets, codes_below, elements, places_within, pooled, tally
from ..dependency import Flow, flow_of
from ..errors import DashatError, Problem, message
from ..facts import Measured, Under, joined, parameters, under
from ..network.stage import ei_and_null, network_of, shuffled_groups
from ..readings import only_evidence
from ..schemas import WRITE_NEAREST, nearest, row_ids
from ..settings import Settings
from ..tables import Case, Network
from .comparisons import Comparison, Reference, comparisons
from .counting import Coded, events_of, said, tallied
from .ingredients import ingredient, is_ingredient
from .selection import ANYWHERE, set_key
from .statistics import ASKS_D1, NEEDS, STATISTICS

OF_TEST = "(test)"
LISTED = {"first listed row": 0, "second listed row": 1, "third listed row": 2}
COMPARED = ("tests", "any", "all_contra")  # parameters that hold comparisons
NO_STATISTIC, NO_FACT, NO_TEST = "no statistic of that name", "no fact of that name", "its definition waits for a test"
UNSUITED = "its parameters do not suit the statistic"
HELD = "held: taken from elsewhere"
_CIRCLE = message("goes round in a circle: {circle}.")


@dataclass(frozen=True)
class ClaimTest:
    """One row of ``claim_tests``, its lists read."""

    claim_id: str
    test_no: int
    kind: str
    codes: tuple[str, ...]
    reversed_codes: tuple[str, ...]
    evidence_ids: tuple[str, ...]
    fact: str
    op: str | None
    threshold: str | None
    threshold_high: float | None
    contra_op: str | None
    contra_threshold: str | None
    role: str

    @property
    def row_id(self) -> str:
        """Its id in ``claim_tests``."""
        return f"{self.claim_id}/{self.test_no}"

    @property
    def gives(self) -> tuple[tuple[str, ...], ...]:
        """What it gives to a definition that waits for a test."""
        return self.codes, self.reversed_codes, self.evidence_ids


@dataclass(frozen=True)
class Asked:
    """A fact with all its parameters: two that are equal are one number.

    Attributes
    ----------
    fact : str
        Name in ``fact_definitions``, or of an ingredient.
    statistic : str
    given : tuple of (name, value)
        Parameters, those of the test filled in.
    """

    fact: str
    statistic: str
    given: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class World:
    """Raw rows that are left out together: an event, or a source family with its figures.

    Attributes
    ----------
    kind : "event" or "source"
    name : str
        ``event_id`` or ``source_family``.
    evidence : frozenset of evidence_id
    figures : frozenset of (table, row id)
        Rows of ``prevalence`` and ``beneficiaries``.
    """

    kind: str
    name: str
    evidence: frozenset[str]
    figures: frozenset[tuple[str, str]] = frozenset()


class Reckoning:
    """The facts of a case, each computed when it is asked for and kept.

    Parameters
    ----------
    case : Case
    held : mapping fact -> value, optional
        Facts or ingredients that are not computed, by name or with their parameters: they have this value, and nothing under them.
    base : Reckoning, optional
        The same case with all its rows; what the left-out rows are not under is taken from there.
    world : World, optional
        The rows that are left out here.
    bare : bool
        Values only, and only those that a verdict hangs on: no rows under them, no sentences. So it is where rows are left out.
    """

    def __init__(
        self,
        case: Case,
        *,
        held: Mapping[Any, object] | None = None,
        base: Reckoning | None = None,
        world: World | None = None,
        bare: bool = False,
    ) -> None:
        self._case, self.held, self.base, self.world = case, dict(held or {}), base, world
        self.bare = bare or world is not None
        self.found: dict[Asked, Measured] = {}
        self.touched: frozenset[Asked] = frozenset()
        self._below: dict[tuple[str, ...], set[str]] = {}
        self._within: dict[str, set[str]] = {}
        self._networks: dict[tuple[str, str], Network] = {}
        self._flows: dict[tuple[str, str], Flow] = {}
        self._ei: dict[tuple[str, ...], tuple[float, np.ndarray | None]] = {}
        self._elements: dict[str, indicators.Material] = {}
        self._met: dict[str, dict[str, set[str]]] = {}
        self.worlds_counts: Mapping[tuple[str, str], pd.Series | None] = {}
        self._open: list[str] = []
        self.unsuited: dict[str, Problem] = {}  # definitions whose parameters a statistic could not read
        self.shared: dict[Any, Any] = {} if base is None else base.shared  # what hangs on few rows, kept for all worlds
        self.verdicts: dict[str, Any] = {}  # of claims, kept by dashat_lib.claims.verdicts

    def without(
        self, world: World, touched: frozenset[Asked], counts: Mapping[tuple[str, str], pd.Series | None]
    ) -> Reckoning:
        """Return the same case without some rows; facts that are not `touched` are those of here.

        Parameters
        ----------
        touched : set of facts
            Those that a left-out row is under.
        counts : mapping (set, place) -> row of ``counts``, or None
            The code sets that hold a left-out row, counted without it.
        """
        other = Reckoning(self._case, held=self.held, base=self, world=world)
        other.touched, other.worlds_counts = touched, counts
        return other

    # ---- what was read ---------------------------------------------------------------------------------------------

    @property
    def settings(self) -> Settings:
        """What the case says of itself."""
        return self._case.settings

    @cached_property
    def case(self) -> Case:
        """The case, without the rows that are left out."""
        if self.world is None:
            return self._case
        gone = self.world.evidence
        kept = only_evidence(self._case, [one for one in self._case.evidence["evidence_id"] if one not in gone])
        figures = {name: getattr(self._case, name) for name in ("prevalence", "beneficiaries")}
        out = {name: {row for table, row in self.world.figures if table == name} for name in figures}
        return replace(kept, **{name: t[~row_ids(name, t).isin(out[name])] for name, t in figures.items()})

    @cached_property
    def evidence(self) -> pd.DataFrame:
        """Admitted evidence rows of any place, by their id."""
        if self.base is not None and self.world is not None:
            return self._kept(self.base.evidence)
        rows = admitted(self._case)
        return rows.set_index("evidence_id", drop=False).rename_axis(None).sort_index()

    @cached_property
    def coded(self) -> pd.DataFrame:
        """Codings of the settled coder on admitted rows: ``coding_id, evidence_id, code_id, stance`` and the row's own columns."""
        if self.base is not None and self.world is not None:
            return self._kept(self.base.coded)
        mine = self._case.codings[self._case.codings["coder"] == self.settings.coder]
        mine = mine[["coding_id", "evidence_id", "code_id", "stance"]]
        rows = self.evidence[["event_id", "source_family", "place", "date", "text_en"]]
        return mine.merge(rows, left_on="evidence_id", right_index=True).sort_values("coding_id", ignore_index=True)

    def _kept(self, table: pd.DataFrame) -> pd.DataFrame:
        assert self.world is not None
        return table[~table["evidence_id"].isin(self.world.evidence)]

    @cached_property
    def plain(self) -> list[Coded]:
        """The rows of ``coded`` as plain values, for those who loop over few of them."""
        return [Coded(*one) for one in zip(*(self.coded[name].tolist() for name in Coded._fields), strict=True)]

    @cached_property
    def sectors(self) -> dict[str, set[str]]:
        """For each evidence row the sectors of the stakeholders it names."""
        of = dict(zip(self.stakeholders["stakeholder_id"].tolist(), self.stakeholders["sector"].tolist(), strict=True))
        return {row: {of[one] for one in named if one in of} for row, named in self.actors.items()}

    @cached_property
    def actors(self) -> dict[str, set[str]]:
        """For each evidence row the stakeholders it names."""
        if self.base is not None:
            return self.base.actors
        table = self._case.evidence_actors
        found: dict[str, set[str]] = {}
        for row, who in zip(table["evidence_id"].tolist(), table["stakeholder_id"].tolist(), strict=True):
            found.setdefault(row, set()).add(who)
        return found

    def below(self, codes: str) -> set[str]:
        """Return codes ("|"-joined) and their children."""
        key = tuple(codes.split("|"))
        source = self.base or self
        if key not in source._below:
            source._below[key] = codes_below(self._case, key)
        return source._below[key]

    def within(self, place: str) -> set[str]:
        """Return a place and those inside it."""
        source = self.base or self
        if place not in source._within:
            source._within[place] = places_within(self._case, place)
        return source._within[place]

    def at(self, rows: pd.DataFrame, place: str) -> pd.DataFrame:
        """Return the rows whose place lies inside a place; all of them where it is "any"."""
        return rows if place == ANYWHERE else rows[rows["place"].isin(self.within(place))]

    def network(self, given: Mapping[str, str]) -> Network:
        """Return the network that parameters speak of, each made once; without the ties that only left-out rows report."""
        key = (given["network"], given.get("isolates", ""))
        if key not in self._networks:
            if key[1]:
                made = _tied(self.network({"network": key[0]}), drop=key[1] == "out")
            elif self.base is not None and self.world is not None:
                made = _thinned(self.base.network(given), self.world)
            else:
                made = network_of(self._case, given)
            self._networks[key] = made
        return self._networks[key]

    def flow(self, given: Mapping[str, str]) -> Flow:
        """Return the flow of resources that parameters speak of, each made once."""
        key = (given["programme"], given.get("roll_up", "none"))
        if key not in self._flows:
            self._flows[key] = flow_of(self.case, given)
        return self._flows[key]

    def elements(self, framework: str) -> indicators.Material:
        """Return the coded rows of all elements of a framework that a definition names, on the wider place."""
        if framework not in self._elements:
            if self.base is not None and self.world is not None:
                whole = self.base.elements(framework)
                rows = self._kept(whole.rows)
                rows = rows.assign(event_stance=pooled(rows, keys=indicators.KEYS))
                self._elements[framework] = replace(whole, rows=rows)
            else:
                self._elements[framework] = indicators.gather(
                    self._case, framework=framework, dimensions=self.dimensions(framework), places=[self.settings.wider_place]
                )  # fmt: skip
        return self._elements[framework]

    def dimensions(self, framework: str) -> list[str]:
        """Return the dimensions of a framework that definitions count elements of."""
        named = [dict(one.given) for one in self.asked if one.statistic == "n_elements"]
        return list(
            dict.fromkeys(g["dimension"] for g in named if g.get("framework") == framework and "dimension" in g)
        )

    def met(self, framework: str) -> dict[str, set[str]]:
        """Return, of each dimension of a framework, the elements with an event for on the wider place; by plain loops."""
        if framework not in self._met:
            scored = elements(self._case, framework, self.dimensions(framework))
            found = events_of(self._of_sets(code_sets(self._case, scored)))
            seen = {key for key, events in found.items() if any(said(one) == "for" for one in events.values())}
            own = scored[scored["element_id"].notna() & scored["set_id"].isin(seen)]
            self._met[framework] = {one: set(part) for one, part in own.groupby("dimension_id")["set_id"]}
        return self._met[framework]

    def _of_sets(self, sets: pd.DataFrame) -> Iterator[tuple[str, Coded]]:
        member: dict[str, list[tuple[str, bool]]] = {}
        for set_id, code, turned in zip(
            *(sets[name].tolist() for name in ("set_id", "code_id", "reversed")), strict=True
        ):
            member.setdefault(code, []).append((set_id, turned))
        inside = self.within(self.settings.wider_place)
        for one in self.plain:
            for set_id, turned in member.get(one.code_id, ()) if one.place in inside else ():
                yield set_id, one._replace(stance=SWAPPED.get(one.stance, one.stance)) if turned else one

    @cached_property
    def arcs(self) -> pd.DataFrame:
        """Ties recorded with a direction, one row a report: ``tie_id, evidence_id, source, target``; loops are left out."""
        if self.base is not None and self.world is not None:
            return self._kept(self.base.arcs)
        ties = self._case.ties[self._case.ties["directed"] & self._case.ties["evidence_id"].isin(self.evidence.index)]
        ties = ties[ties["source_stakeholder"] != ties["target_stakeholder"]]
        ends = {"source_stakeholder": "source", "target_stakeholder": "target"}
        return ties.rename(columns=ends)[["tie_id", "evidence_id", "source", "target"]]

    def ei(self, given: Mapping[str, str]) -> tuple[float, np.ndarray | None]:
        """Return the E-I index that parameters speak of, and its values under shuffled groups."""
        key = tuple(given.get(name, "") for name in ("network", "isolates", "label", "draws"))
        if key not in self._ei:
            net, (group, draws) = self.network(given), (given["label"], int(given["draws"]))
            shuffle = (group, draws, tuple(net.nodes["id"]))
            if shuffle not in self.shared:
                self.shared[shuffle] = shuffled_groups(net, group, draws=draws, seed=self.settings.seed)
            self._ei[key] = ei_and_null(net, self.shared[shuffle])
        return self._ei[key]

    @cached_property
    def namings(self) -> dict[str, list[str]]:
        """For each evidence row the ids of its rows in ``evidence_actors``."""
        return indicators.actors_of(self._case).to_dict()

    @property
    def stakeholders(self) -> pd.DataFrame:
        """All stakeholders; none is left out with a row."""
        return self._case.stakeholders

    @cached_property
    def place_names(self) -> dict[str, str]:
        """Names of places."""
        return dict(zip(self._case.places["place"], self._case.places["name"], strict=True))

    @cached_property
    def short_names(self) -> dict[str, str]:
        """Short names of stakeholders."""
        return dict(zip(self._case.stakeholders["stakeholder_id"], self._case.stakeholders["short_name"], strict=True))

    @cached_property
    def code_labels(self) -> dict[str, dict[str, str]]:
        """Labels of codes in each language."""
        table = self._case.codebook.set_index("code_id")
        stems = [name for name in table if str(name).startswith("label_")]
        return {code: {name.removeprefix("label_"): row[name] for name in stems} for code, row in table.iterrows()}  # type: ignore[misc]

    # ---- definitions and tests -------------------------------------------------------------------------------------

    @cached_property
    def definitions(self) -> dict[str, Any]:
        """The rows of ``fact_definitions`` by fact."""
        if self.base is not None:
            return self.base.definitions
        return {one.fact: one for one in self._case.fact_definitions.itertuples()}

    @cached_property
    def tests(self) -> dict[str, tuple[ClaimTest, ...]]:
        """The tests of each claim, in the order of claims and tests."""
        if self.base is not None:
            return self.base.tests
        claims = dict.fromkeys(self._case.claims.sort_values(["sentence_no", "claim_id"])["claim_id"])
        found: dict[str, list[ClaimTest]] = {one: [] for one in claims}
        for row in self._case.claim_tests.sort_values(["claim_id", "test_no"]).to_dict("records"):
            found.setdefault(str(row["claim_id"]), []).append(_test(row))
        return {claim: tuple(tests) for claim, tests in found.items()}

    def tests_of(self, claim_id: str) -> tuple[ClaimTest, ...]:
        """Return the tests of a claim.

        Raises
        ------
        DashatError
            If there is no such claim.
        """
        if claim_id not in self.tests:
            near = nearest(claim_id, self.tests)
            raise DashatError(
                Problem("claims.csv", None, "claim_id", claim_id, message("'{value}' is not in {target}."),
                        WRITE_NEAREST if near else message("Add it to {target}, or mend the id."), {"target": "claims.csv", "near": near})
            )  # fmt: skip
        return self.tests[claim_id]

    @cached_property
    def naming(self) -> dict[str, list[ClaimTest]]:
        """The tests that name each fact."""
        found: dict[str, list[ClaimTest]] = {}
        for tests in self.tests.values():
            for one in tests:
                found.setdefault(one.fact, []).append(one)
        return found

    def waits(self, fact: str) -> bool:
        """Say whether a definition takes something from the test that names it."""
        text = str(self.definitions[fact].parameters)
        return any(value == OF_TEST or value in LISTED for value in parameters(text).values())

    def test_of(self, fact: str) -> ClaimTest | None:
        """Return the test a waiting definition takes its rows and codes from, where all that name it give the same."""
        tests = self.naming.get(fact, [])
        return tests[0] if len({one.gives for one in tests}) == 1 else None

    def ask(self, fact: str, *, test: ClaimTest | None = None, codes: str | None = None) -> Asked:
        """Return a fact with all its parameters."""
        row = self.definitions.get(fact)
        if row is None:
            return Asked(fact, fact, ())
        given = parameters("" if pd.isna(row.parameters) else str(row.parameters))
        if codes is None and test is None and self.waits(fact):
            test = self.test_of(fact)
        return Asked(fact, row.statistic, tuple(sorted(_filled(given, test, codes).items())))

    @cached_property
    def asked(self) -> tuple[Asked, ...]:
        """Every fact that a test, a definition or a comparison asks for."""
        return tuple(dict.fromkeys(self._asked()))

    def _asked(self) -> Iterator[Asked]:
        for tests in self.tests.values():
            for one in tests:
                if one.fact in self.definitions:
                    yield self.ask(one.fact, test=one)
        for fact in self.definitions:
            asked = self.ask(fact)
            yield asked
            for reference in _references(asked):
                yield self.ask(reference.fact, codes=reference.codes)

    # ---- numbers ---------------------------------------------------------------------------------------------------

    def fact(self, fact: str, *, test: ClaimTest | None = None, codes: str | None = None) -> Measured:
        """Return a fact by its name: as a test asks for it, for codes, or as it is defined.

        Raises
        ------
        DashatError
            If facts need each other in a circle.
        """
        return self.measured(self.ask(fact, test=test, codes=codes))

    def measured(self, asked: Asked) -> Measured:
        """Return a fact that is asked for with all its parameters."""
        for name in (asked.fact, asked):
            if name in self.held:
                return Measured(self.held[name], "", {}, (), reason=HELD)
        if self.base is not None and asked not in self.touched:
            return self.base.measured(asked)
        if asked not in self.found:
            with self.inside(asked.fact):
                self.found[asked] = self._computed(asked)
        return self.found[asked]

    def _computed(self, asked: Asked) -> Measured:
        given = dict(asked.given)
        if asked.fact not in self.definitions:
            made = ingredient(self, asked.fact)
            return made if made is not None else _undefined(asked, NO_FACT)
        statistic = STATISTICS.get(asked.statistic)
        if statistic is None:
            return _undefined(asked, NO_STATISTIC)
        missing = any(not set(names) & set(given) for names in NEEDS.get(asked.statistic, ()))
        if missing and self.waits(asked.fact):
            return _undefined(asked, NO_TEST)
        try:
            return statistic(self, given)
        except (KeyError, ValueError, IndexError) as error:
            self.unsuited[asked.fact] = self._problem(asked, error)
            return _undefined(asked, UNSUITED)

    def inside(self, name: str) -> _Step:
        """Return a context in which `name` is being computed; asking for it again inside is a circle."""
        return _Step(self, name)

    def circle(self, name: str) -> DashatError:
        """Return the refusal of a circle that closes at `name`."""
        round_ = [*self._open[self._open.index(name) :], name]
        fact = next((one for one in reversed(round_) if one in self.definitions), None)
        at = self.definitions[fact].Index + 2 if fact is not None else None
        return DashatError(
            Problem("fact_definitions.csv", at, "parameters", fact, _CIRCLE,
                    message("Let one of them stand on rows of its own."), {"circle": " > ".join(round_)})
        )  # fmt: skip

    def _problem(self, asked: Asked, error: Exception) -> Problem:
        row = self.definitions[asked.fact]
        reason = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
        return Problem(
            "fact_definitions.csv", row.Index + 2, "parameters", str(row.parameters)[:60],
            message("does not suit the statistic {statistic}, so the fact is undefined: {reason}."),
            message("Compare it with the parameters that the statistic names in its docstring."),
            {"statistic": asked.statistic, "reason": reason},
        )  # fmt: skip

    def support(self, asked: Asked, *, test: ClaimTest | None = None) -> tuple[Under, ...]:
        """Return the raw rows under a fact, those that define it included: the definition, and the test that fills it.

        Parameters
        ----------
        test : ClaimTest, optional
            Whose fact it is; without it a definition that waits for a test is defined by all that name it.
        """
        found = list(self.measured(asked).support)
        if asked.fact in self.definitions:
            found.append(under("fact_definitions", defines=[asked.fact]))
        if test is not None:
            found.append(under("claim_tests", defines=[test.row_id]))
        elif asked == self.ask(asked.fact) and asked.fact in self.definitions and self.waits(asked.fact):
            found.append(under("claim_tests", defines=[one.row_id for one in self.naming.get(asked.fact, [])]))
        return joined(found)

    # ---- rule D1 on every code set at once -------------------------------------------------------------------------

    @cached_property
    def sets(self) -> frozenset[tuple[str, str]]:
        """The code sets that facts ask rule D1 about, each with its place."""
        wanted = {set_key(dict(one.given), self.settings) for one in self.asked if one.statistic in ASKS_D1}
        return frozenset(one for one in wanted if one is not None)

    @cached_property
    def set_rows(self) -> pd.DataFrame:
        """The codings of every one of ``sets``: ``set_id, scope`` beside the columns of ``coded``, reversed codes turned round."""
        return self._rows_of(sorted(self.sets))

    def _rows_of(self, wanted: Sequence[tuple[str, str]]) -> pd.DataFrame:
        members, scopes = [], []
        for set_id, scope in wanted:
            for part, turned in zip(set_id.split("~"), (False, True), strict=True):
                members += [(set_id, one, turned) for one in (sorted(self.below(part)) if part else [])]
            scopes.append((set_id, scope))
        sets = pd.DataFrame(members, columns=["set_id", "code_id", "reversed"]).drop_duplicates()
        places = pd.DataFrame(scopes, columns=["set_id", "scope"])
        rows = self.coded.merge(sets, on="code_id").merge(places, on="set_id")
        rows["stance"] = rows["stance"].where(~rows["reversed"].astype(bool), rows["stance"].replace(SWAPPED))
        inside = np.zeros(len(rows), dtype=bool)
        for scope in places["scope"].unique():
            here = (rows["scope"] == scope).to_numpy()
            inside |= here & (rows["place"].isin(self.within(scope)).to_numpy() if scope != ANYWHERE else here)
        return rows[inside].drop(columns="reversed").reset_index(drop=True)

    def rows_of(self, set_id: str, scope: str) -> pd.DataFrame:
        """Return the codings of one code set at a place."""
        if (set_id, scope) not in self.sets:
            return self._rows_of([(set_id, scope)])
        rows = self.set_rows
        return rows[(rows["set_id"] == set_id) & (rows["scope"] == scope)]

    @cached_property
    def counts(self) -> pd.DataFrame:
        """Events for and against each code set (:func:`dashat_lib.admission.tally`), by ``set_id, scope``."""
        if self.bare:
            counts = tallied(self._members(), self.sectors, self.settings.rule)
            return counts.set_axis(pd.MultiIndex.from_tuples(counts.index, names=["set_id", "scope"]))
        return self._counted(self.set_rows)

    def _members(self) -> Iterator[tuple[tuple[str, str], Coded]]:
        """The codings of every one of ``sets``, reversed codes turned round, as plain values."""
        sets: dict[str, set[tuple[tuple[str, str], bool]]] = {}
        for key in self.sets:
            for part, turned in zip(key[0].split("~"), (False, True), strict=True):
                for code in self.below(part) if part else ():
                    sets.setdefault(code, set()).add((key, turned))
        for one in self.plain:
            for key, turned in sets.get(one.code_id, ()):
                if key[1] == ANYWHERE or one.place in self.within(key[1]):
                    yield key, one._replace(stance=SWAPPED.get(one.stance, one.stance)) if turned else one

    def _counted(self, rows: pd.DataFrame) -> pd.DataFrame:
        counts = tally(rows, self._case, keys=["set_id", "scope"], rule=self.settings.rule)
        return counts.set_index(["set_id", "scope"])

    def count(self, set_id: str, scope: str) -> pd.Series | None:
        """Return the row of a code set in ``counts``; None where nothing is coded with it."""
        if self.base is not None and self.world is not None:
            if (set_id, scope) in self.worlds_counts:
                return self.worlds_counts[set_id, scope]
            return self.base.count(set_id, scope)
        counts = self.counts if (set_id, scope) in self.sets else self._counted(self.rows_of(set_id, scope))
        return counts.loc[(set_id, scope)] if (set_id, scope) in counts.index else None


class _Step:
    """What is being computed, so that a circle is seen."""

    def __init__(self, book: Reckoning, name: str) -> None:
        self.book, self.name = book, name

    def __enter__(self) -> None:
        if self.name in self.book._open:
            raise self.book.circle(self.name)
        self.book._open.append(self.name)

    def __exit__(self, *_: object) -> None:
        self.book._open.pop()


def notes(book: Reckoning) -> list[Problem]:
    """Return one note for each definition that comes to nothing: an unknown statistic, parameters it cannot read, a name that is none.

    None of them stops the study: the fact is undefined and says why.
    """
    problems = []
    for fact, row in book.definitions.items():
        if row.statistic not in STATISTICS:
            problems.append(
                Problem("fact_definitions.csv", row.Index + 2, "statistic", str(row.statistic), message("'{value}' is no statistic that is known here, so the fact is undefined."),
                        message("Write one of them: {known}."), {"known": ", ".join(sorted(STATISTICS))})
            )  # fmt: skip
            continue
        asked = book.ask(fact)
        book.measured(asked)
        problems += [book.unsuited[fact]] if fact in book.unsuited else []
        names = [
            ("claims", one) for one in dict(asked.given).get("claims", "").split("|") if one and one not in book.tests
        ]
        names += [("fact_definitions", one.fact) for one in _references(asked) if one.fact not in book.definitions and not is_ingredient(book, one.fact)]  # fmt: skip
        for table, name in names:
            problems.append(
                Problem("fact_definitions.csv", row.Index + 2, "parameters", name, message("'{value}' is not in {target}, so the fact is undefined or the comparison decides nothing."),
                        message("Add it to {target}, or mend the id."), {"target": f"{table}.csv"})
            )  # fmt: skip
    return problems


def compared(given: Mapping[str, str]) -> tuple[Comparison, ...]:
    """Return all comparisons that parameters hold."""
    return tuple(one for name in COMPARED if name in given for one in comparisons(given[name]))


def _references(asked: Asked) -> list[Reference]:
    try:
        return [one for comparison in compared(dict(asked.given)) for one in comparison.references]
    except ValueError:
        return []  # told when the fact is computed


_HOW_UNDEFINED = {
    NO_STATISTIC: message("The statistic {statistic} is not known here."),
    UNSUITED: message("The statistic {statistic} cannot read its parameters."),
    NO_FACT: message("{fact} is not defined."),
    NO_TEST: message("{fact} is a number of each test that names it; those that do give it different rows or codes."),
}


def _undefined(asked: Asked, reason: str) -> Measured:
    details = {"statistic": asked.statistic, "fact": asked.fact}
    return Measured(float("nan"), _HOW_UNDEFINED[reason], details, (), reason=reason)


def _test(row: Mapping[str, Any]) -> ClaimTest:
    def listed(name: str) -> tuple[str, ...]:
        cell = row.get(name)
        return () if not isinstance(cell, str) else tuple(one.strip() for one in cell.split(";") if one.strip())

    def word(name: str) -> str | None:
        return row[name] if isinstance(row.get(name), str) else None

    high = row.get("threshold_high")
    return ClaimTest(
        claim_id=str(row["claim_id"]), test_no=int(row["test_no"]), kind=str(row["test_kind"]), codes=listed("codes"),
        reversed_codes=listed("reversed_codes"), evidence_ids=listed("evidence_ids"), fact=str(row["fact"]), op=word("op"),
        threshold=word("threshold"), threshold_high=None if pd.isna(high) else float(high),  # type: ignore[arg-type]
        contra_op=word("contra_op"), contra_threshold=word("contra_threshold"), role=str(row["role"]),
    )  # fmt: skip


def _filled(given: Mapping[str, str], test: ClaimTest | None, codes: str | None) -> dict[str, str]:
    """Parameters with what the test gives; what nobody gives is left out."""
    lists = {} if test is None else {"codes": test.codes, "reversed_codes": test.reversed_codes, "evidence_ids": test.evidence_ids}  # fmt: skip
    found = {}
    for name, value in given.items():
        if value == OF_TEST:
            value = codes if codes is not None and name == "codes" else "" if codes is not None else "|".join(lists.get(name, ()))  # fmt: skip
        elif value in LISTED:
            rows = lists.get("evidence_ids", ())
            value = rows[LISTED[value]] if len(rows) > LISTED[value] else ""
        if value:
            found[name] = value
    return found


def _thinned(net: Network, world: World) -> Network:
    """A network without the ties that only left-out rows report.

    Weights and counts of rows stay those of the whole: no statistic of a network that is asked here weighs its ties.
    """
    rows = net.rows[~net.rows["evidence_id"].isin(world.evidence)].reset_index(drop=True)
    pairs = set(zip(rows["source"], rows["target"], strict=True))
    stays = [pair in pairs for pair in zip(net.ties["source"], net.ties["target"], strict=True)]
    return replace(net, ties=net.ties[stays].reset_index(drop=True), rows=rows)


def _tied(net: Network, *, drop: bool) -> Network:
    """The network, with `drop` without those who have no tie."""
    if not drop:
        return net
    tied = set(net.ties["source"]) | set(net.ties["target"])
    return replace(net, nodes=net.nodes[net.nodes["id"].isin(tied)].reset_index(drop=True))
