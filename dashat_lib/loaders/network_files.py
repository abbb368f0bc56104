"""Networks as files of other programs: GraphML, GEXF, Pajek, UCINET DL, edge list, node-link JSON, in and out.

What a format cannot hold goes beside it: ``NAME.nodes.csv`` (attributes) and ``NAME.evidence.csv`` (the rows under every tie)
are written with every network and read back where they stand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd

from ..errors import DashatError, Problem, message
from ..facts import Stamp
from ..tables import Network
from ..ties import build

_TIE = ["source", "target", "weight"]


def write_network(network: Network, path: Path | str, *, stamp: Stamp | None = None, force: bool = False) -> list[Path]:
    """Write a network, the format by the suffix: .graphml, .gexf, .net, .dl, .csv or .json; return the files written.

    Parameters
    ----------
    stamp : Stamp, optional
        What the network was made from (:func:`dashat_lib.facts.stamp`): data hash, rows, seed; written to
        ``NAME.stamp.json`` with the definition of the network, which also stands in the file where the format has room.
    force : bool
        Whether files that are there already may be written over.

    Raises
    ------
    DashatError
        If the suffix is none of these, or a file is there already.
    """
    path = Path(path)
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise _refusal(path, message("has a suffix that names no format."), message("Use one of: {formats}."))
    beside = [path.with_suffix(".nodes.csv"), path.with_suffix(".evidence.csv")]
    beside += [path.with_suffix(".stamp.json")] if stamp is not None else []
    for one in [path, *beside]:
        if one.exists() and not force:
            raise _refusal(one, message("is there already."), message("Choose another name, or say force=True."))
    path.write_text(writer(network), encoding="utf-8", newline="\n")
    network.nodes.to_csv(beside[0], index=False, lineterminator="\n")
    network.rows.to_csv(beside[1], index=False, lineterminator="\n")
    if stamp is not None:
        about = {**stamp.record(), **_about(network)}
        beside[2].write_text(json.dumps(about, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n")
    return [path, *beside]


def read_network_file(path: Path | str) -> Network:
    """Read a network that another program or :func:`write_network` wrote, the format by the suffix.

    Attributes and evidence that stand beside it (``NAME.nodes.csv``, ``NAME.evidence.csv``) come with it.

    Raises
    ------
    DashatError
        If the file cannot be read, with the reason.
    """
    path = Path(path)
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise _refusal(path, message("has a suffix that names no format."), message("Use one of: {formats}."))
    try:
        nodes, edges, directed, about = reader(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, KeyError, IndexError, nx.NetworkXError, SyntaxError) as error:
        raise _refusal(path, message("cannot be read: {reason}."), message("Export it again, as UTF-8."), reason=str(error)) from None  # fmt: skip
    evidence = _beside(path, "evidence")
    attributes = _beside(path, "nodes")
    if attributes is not None and len(attributes) == len(nodes):
        if {*nodes["id"]} != {*attributes["id"]}:  # a format that cannot hold an id as it is keeps the order
            own = dict(zip(nodes["id"], attributes["id"], strict=True))
            edges = edges.assign(**{end: edges[end].map(own) for end in ("source", "target")})
        nodes = attributes
    network = build(nodes, edges, directed=directed, name=about.get("name") or path.stem, mode=about.get("mode") or ("two" if "mode" in nodes else "one"),
                    weight_means=about.get("weight_means") or "strength", definition=about.get("definition") or "")  # fmt: skip
    ties = network.ties
    for column in ("n_rows", "flagged"):
        if column in edges:
            ties = _kept(ties, edges, column, directed)
    relations = tuple(one for one in (about.get("relations") or "").split(";") if one) or network.relations
    rows = evidence if evidence is not None else network.rows
    fields = {name: getattr(network, name) for name in network.__dataclass_fields__}
    return Network(**{**fields, "ties": ties, "rows": rows, "relations": relations})


def _kept(ties: pd.DataFrame, edges: pd.DataFrame, column: str, directed: bool) -> pd.DataFrame:
    """A column of the edges of the file, put beside the ties they became."""
    ends = zip(edges["source"].map(str), edges["target"].map(str), strict=True)
    known = {pair if directed else frozenset(pair): value for pair, value in zip(ends, edges[column], strict=True)}
    pairs = zip(ties["source"], ties["target"], strict=True)
    values = [known[pair if directed else frozenset(pair)] for pair in pairs]
    return ties.assign(**{column: pd.Series(values, ties.index).astype(ties[column].dtype)})


def _beside(path: Path, kind: str) -> pd.DataFrame | None:
    found = path.with_suffix(f".{kind}.csv")
    if not found.is_file():
        return None
    table = pd.read_csv(found, dtype="str", keep_default_na=False)
    return table.mask(table == "") if kind == "nodes" else table


def _about(network: Network) -> dict[str, str]:
    return {
        "name": network.name, "mode": network.mode, "weight_means": network.weight_means, "definition": network.definition,
        "relations": ";".join(network.relations),
    }  # fmt: skip


def _refusal(path: Path, what: str, mend: str, **details: object) -> DashatError:
    return DashatError(Problem(path.name, None, None, None, what, mend, {"formats": ", ".join(_WRITERS), **details}))


# ---- by way of networkx ----------------------------------------------------------------------------------------------

Parts = tuple[pd.DataFrame, pd.DataFrame, bool, dict[str, Any]]


def _graph(network: Network) -> Any:
    graph = network.to_networkx()
    graph.graph.update(_about(network))
    return graph


def _parts(graph: Any) -> Parts:
    nodes = pd.DataFrame([{"id": str(one), **dict(data)} for one, data in graph.nodes(data=True)])
    edges = pd.DataFrame([{"source": str(a), "target": str(b), **dict(data)} for a, b, data in graph.edges(data=True)])
    nodes = nodes if len(nodes) else pd.DataFrame({"id": pd.Series(dtype="str")})
    edges = edges if len(edges) else pd.DataFrame({name: pd.Series(dtype="str") for name in ("source", "target")})
    return nodes, edges.drop(columns=["evidence_ids", "id"], errors="ignore"), graph.is_directed(), dict(graph.graph)


def _graphml(network: Network) -> str:
    return "\n".join(nx.generate_graphml(_graph(network), named_key_ids=True)) + "\n"


def _from_graphml(text: str) -> Parts:
    return _parts(nx.parse_graphml(text))


def _gexf(network: Network) -> str:
    graph = _graph(network)
    about = json.dumps(_about(network), ensure_ascii=False)
    body = "\n".join(nx.generate_gexf(graph))
    body = re.sub(r'lastmodifieddate="[^"]*"', "", body)
    return re.sub(r"<creator>.*?</creator>", lambda _: f"<description>{_escaped(about)}</description>", body) + "\n"


def _from_gexf(text: str) -> Parts:
    import io

    found = re.search(r"<description>(.*?)</description>", text, flags=re.S)
    graph = nx.read_gexf(io.BytesIO(re.sub(r"<description>.*?</description>", "", text, flags=re.S).encode()))
    nodes, edges, directed, _ = _parts(graph)
    try:
        about = json.loads(_unescaped(found.group(1))) if found else {}
    except ValueError:
        about = {}
    return nodes, edges, directed, about


def _escaped(text: str) -> str:
    from xml.sax.saxutils import escape

    return escape(text)


def _unescaped(text: str) -> str:
    from xml.sax.saxutils import unescape

    return unescape(text)


def _node_link(network: Network) -> str:
    return (
        json.dumps(nx.node_link_data(_graph(network), edges="links"), ensure_ascii=False, indent=1, default=_plain)
        + "\n"
    )


def _plain(value: Any) -> Any:
    return value.item()


def _from_node_link(text: str) -> Parts:
    return _parts(nx.node_link_graph(json.loads(text), edges="links"))


# ---- Pajek, UCINET, edge list: plain text ----------------------------------------------------------------------------


def _quoted(text: str) -> str:
    return '"' + str(text).replace('"', "'") + '"'


def _pajek(network: Network) -> str:
    number = {one: at for at, one in enumerate(network.nodes["id"], start=1)}
    lines = [f"*Vertices {len(number)}", *(f"{at} {_quoted(one)}" for one, at in number.items())]
    lines.append("*Arcs" if network.directed else "*Edges")
    lines += [f"{number[one.source]} {number[one.target]} {_digits(one.weight)}" for one in network.ties.itertuples()]
    return "\n".join(lines) + "\n"


def _digits(value: float) -> str:
    return repr(int(value)) if float(value).is_integer() else repr(float(value))


def _from_pajek(text: str) -> Parts:
    names: dict[str, str] = {}
    edges: list[tuple[str, str, float]] = []
    part, directed = "", False
    for line in text.splitlines():
        line = line.strip()
        if not line or line.startswith("%"):
            continue
        if line.startswith("*"):
            part = line.split()[0].lower()
            directed = directed or part == "*arcs"
        elif part == "*vertices":
            found = re.match(r'(\d+)\s*(?:"([^"]*)"|(\S+))?', line)
            if found is None:
                raise ValueError(f"no vertex: {line}")
            names[found.group(1)] = found.group(2) or found.group(3) or found.group(1)
        elif part in ("*arcs", "*edges"):
            cells = line.split()
            edges.append((names[cells[0]], names[cells[1]], float(cells[2]) if len(cells) > 2 else 1.0))
        else:
            raise ValueError(f"a section that is not read: {part or line}")
    return pd.DataFrame({"id": list(names.values())}), pd.DataFrame(edges, columns=_TIE), directed, {}


def _dl(network: Network) -> str:
    labels = [_quoted(one) for one in network.nodes["id"]]
    lines = [f"dl n={len(labels)} format=edgelist1", "labels:", ",".join(labels), "data:"]
    number = {one: at for at, one in enumerate(network.nodes["id"], start=1)}
    for one in network.ties.itertuples():
        ends = [(number[one.source], number[one.target])]
        ends += [] if network.directed else [ends[0][::-1]]  # UCINET reads rows as arcs
        lines += [f"{a} {b} {_digits(one.weight)}" for a, b in ends]
    return "\n".join(lines) + "\n"


def _from_dl(text: str) -> Parts:
    head = re.match(r"\s*dl\s+n\s*=\s*(\d+)\s*,?\s*format\s*=\s*(\w+)", text, flags=re.I)
    if head is None:
        raise ValueError("the first line is not: dl n=... format=...")
    n, kind = int(head.group(1)), head.group(2).lower()
    rest = text[head.end() :]
    if "data:" not in rest.lower():
        raise ValueError("there is no 'data:'")
    at = rest.lower().index("data:")
    before, data = rest[:at], rest[at + 5 :]
    labels = [one[0] or one[1] for one in re.findall(r'"([^"]*)"|([^\s,":]+)', re.sub(r"(?i)labels( embedded)?:", "", before))] if "label" in before.lower() else []  # fmt: skip
    names = labels if len(labels) == n else [str(one) for one in range(1, n + 1)]
    if labels and len(labels) != n:
        raise ValueError(f"{len(labels)} labels for n={n}")
    if kind == "edgelist1":
        rows = [line.split() for line in data.splitlines() if line.strip()]
        arcs = {(names[int(a) - 1], names[int(b) - 1]): float(rest_[0]) if rest_ else 1.0 for a, b, *rest_ in rows}
    elif kind == "fullmatrix":
        cells = [float(one) for one in data.split()]
        arcs = {(names[i], names[j]): cells[i * n + j] for i in range(n) for j in range(n) if cells[i * n + j]}
    else:
        raise ValueError(f"format={kind} is not read; edgelist1 and fullmatrix are")
    symmetric = all(arcs.get((b, a)) == weight for (a, b), weight in arcs.items())
    kept = {
        pair: weight for pair, weight in arcs.items() if not symmetric or names.index(pair[0]) <= names.index(pair[1])
    }
    edges = pd.DataFrame([(*pair, weight) for pair, weight in kept.items()], columns=_TIE)
    return pd.DataFrame({"id": names}), edges, not symmetric, {}


def _edge_list(network: Network) -> str:
    table = network.ties.assign(evidence_ids=network.evidence_ids())
    head = "".join(
        f"# {key}: {value}\n" for key, value in {**_about(network), "directed": str(network.directed).lower()}.items()
    )
    alone = network.nodes.loc[~network.nodes["id"].isin([*table["source"], *table["target"]]), "id"]
    isolates = pd.DataFrame({"source": alone})
    return head + pd.concat([table, isolates], ignore_index=True).to_csv(index=False, lineterminator="\n")


def _from_edge_list(text: str) -> Parts:
    import io

    about = dict(re.findall(r"^# (\w+): (.*)$", text, flags=re.M))
    table = pd.read_csv(io.StringIO(re.sub(r"^#.*\n", "", text, flags=re.M)), dtype="str", keep_default_na=False)
    ids = list(dict.fromkeys([*table["source"], *table["target"]]))
    edges = table[table["target"] != ""].drop(columns="evidence_ids", errors="ignore")
    if "flagged" in edges:
        edges = edges.assign(
            flagged=edges["flagged"].str.lower() == "true", n_rows=edges["n_rows"].astype(float).astype(int)
        )
    nodes = pd.DataFrame({"id": [one for one in ids if one]})
    return nodes, edges, about.get("directed", "true") == "true", about


_WRITERS: dict[str, Callable[[Network], str]] = {
    ".graphml": _graphml, ".gexf": _gexf, ".net": _pajek, ".dl": _dl, ".csv": _edge_list, ".json": _node_link,
}  # fmt: skip
_READERS: dict[str, Callable[[str], Parts]] = {
    ".graphml": _from_graphml, ".gexf": _from_gexf, ".net": _from_pajek, ".dl": _from_dl, ".csv": _from_edge_list,
    ".json": _from_node_link,
}  # fmt: skip
