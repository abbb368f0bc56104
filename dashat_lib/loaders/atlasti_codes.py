"""Which codes does a quotation of ATLAS.ti carry: one cell lists them, joined by a comma that names hold as well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_JOIN = ", "
_MOST_PARTS = 100  # of one cell that are tried
_MOST_WORK = 20_000_000  # steps; a table that needs more is not what ATLAS.ti writes


def split(cells: Sequence[str], counts: Sequence[int | None], known: Iterable[str] = ()) -> tuple[list[list[str] | None], list[int]]:  # fmt: skip
    """Take the codes of each cell apart.

    A cell is taken apart where only one way gives the number of codes that the table says. Names found so tell more cells
    apart, until no new name turns up. Where all names of a cell but one are known, the rest is that one. A name before a
    colon, as in ``Parent: Child``, shows where a code begins.

    Parameters
    ----------
    cells : sequence of str
    counts : sequence of int or None
        How many codes each cell holds, by the table; None where it does not say.
    known : iterable of str
        Names of a codebook.

    Returns
    -------
    codes : list of (list of str, or None)
        None where no way, or more than one, fits.
    concluded : list of int
        Which cells hold a name that was concluded from the rest of the cell.
    """
    found: list[list[str] | None] = [None] * len(cells)
    names = set(known)
    concluded: list[int] = []
    for at, (cell, n) in enumerate(zip(cells, counts, strict=True)):
        found[at] = _without_choice(cell, n)
        names.update(found[at] or ())
    waiting = [at for at, codes in enumerate(found) if codes is None]
    work, strictly = 0, True  # first what needs no conclusion
    while waiting and work < _MOST_WORK:
        parents = {name.split(": ")[0] for name in names if ": " in name}
        fresh: dict[int, list[str]] = {}
        for at in waiting:
            parts = cells[at].split(_JOIN)
            work += len(parts) ** 2 * (counts[at] or len(parts))
            codes = _best(parts, counts[at], names, parents) if work < _MOST_WORK else None
            unknown = [code for code in codes or () if code not in names]
            if codes and not (unknown and strictly) and _told(unknown, parents):
                fresh[at] = codes
                concluded += [at] if unknown else []
        if not fresh and not strictly:
            break
        strictly = bool(fresh)
        for at, codes in fresh.items():
            found[at] = codes
            names.update(codes)
        waiting = [at for at in waiting if at not in fresh]
    return found, sorted(concluded)


def _without_choice(cell: str, n: int | None) -> list[str] | None:
    """Take apart a cell that can be taken apart in one way only."""
    text = cell.strip()
    if not text:
        return [] if not n else None
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if len(lines) > 1 and n in (None, len(lines)):
        return lines
    parts = text.split(_JOIN)
    if n == 1 or len(parts) == 1:
        return [text] if n in (None, 1) else None
    return parts if n == len(parts) else None


def _told(unknown: list[str], parents: set[str]) -> bool:
    return len(unknown) <= 1 or all(code.split(": ")[0] in parents for code in unknown)


def _best(parts: list[str], n: int | None, names: set[str], parents: set[str]) -> list[str] | None:
    """Join neighbours among `parts` to `n` codes so that most are known; None where several ways are equally good."""
    if len(parts) > _MOST_PARTS or (n is not None and not 0 < n <= len(parts)):
        return None
    # best[k][end]: (known names, names with a known parent, -codes), ways that reach it, where its last code begins
    most = len(parts) if n is None else n
    nothing: tuple[tuple[int, int, int], int, int] = ((-1, -1, 0), 0, 0)
    best = [[nothing] * (len(parts) + 1) for _ in range(most + 1)]
    best[0][0] = ((0, 0, 0), 1, 0)
    joined = {(i, j): _JOIN.join(parts[i:j]) for i in range(len(parts)) for j in range(i + 1, len(parts) + 1)}
    worth = {
        place: (int(code in names), int(code in names or code.split(": ")[0] in parents), -int(code not in names))
        for place, code in joined.items()
    }
    for k in range(1, most + 1):
        for end in range(k, len(parts) + 1):
            for begin in range(k - 1, end):
                score, ways, _ = best[k - 1][begin]
                if not ways:
                    continue
                more = worth[begin, end]
                here = (score[0] + more[0], score[1] + more[1], score[2] + more[2])
                if here > best[k][end][0]:
                    best[k][end] = (here, ways, begin)
                elif here == best[k][end][0]:
                    best[k][end] = (here, best[k][end][1] + ways, best[k][end][2])
    if n is None:  # nothing to check against: only a way in which every name is known
        full = [k for k in range(1, most + 1) if best[k][-1][1] and best[k][-1][0][0] == k]
        if len(full) != 1:
            return None
        n = full[0]
    if best[n][-1][1] != 1:
        return None
    codes, end = [], len(parts)
    for k in range(n, 0, -1):
        begin = best[k][end][2]
        codes.append(joined[begin, end])
        end = begin
    return codes[::-1]
