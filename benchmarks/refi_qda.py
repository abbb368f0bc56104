"""A large REFI-QDA project read beside the package pyrefiqda, in one run: ``python -m benchmarks.refi_qda``.

pyrefiqda is none of our dependencies. DASHAT_PYREFIQDA names the Python of an environment that has it; without, only ours is timed.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import uuid
import zipfile
from pathlib import Path

from dashat_lib.loaders.xml_files import attributes

ROOT = Path(__file__).resolve().parent.parent
SETTING = "DASHAT_PYREFIQDA"
DOCUMENTS, SEGMENTS = 500, 400  # 200,000 codings
SENTENCES = (
    "Kami percaya kepada pengurus pompa air.", "Pompa desa rusak lagi pada musim hujan.", "Petani menunggu keputusan rapat.",
    "Größe und Maß sind nicht dasselbe.", "Berat 🥵 sekali.",
)  # fmt: skip

MEASURE = """
import resource, sys, time
begin = time.perf_counter()
{work}
print(time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3, n)
"""
OURS = "from dashat_lib.loaders.read_project import read_project\nn = len(read_project(sys.argv[1]).codings)"
THEIRS = """
import tempfile
from pyrefiqda import RefiProject
with tempfile.TemporaryDirectory() as folder:
    project = RefiProject.load(sys.argv[1], folder)
n = sum(len(one.coding) for source in project.sources.text_source for one in source.plain_text_selection)
"""


def large_project(path: Path, seed: int = 1) -> None:
    """Write a project of many documents with many codings by two coders, as a program would."""
    rng = random.Random(seed)

    def guid() -> str:
        return str(uuid.UUID(int=rng.getrandbits(128)))

    def leaf(element: str, **values: object) -> str:
        return f"<{element}{attributes({key: str(value) for key, value in values.items()})}/>"

    codes, coders, when = [guid() for _ in range(200)], [guid(), guid()], "2026-01-05T08:00:00Z"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        parts = ['<Project xmlns="urn:QDA-XML:project:1.0" name="besar" origin="benchmark"><Users>']
        parts += [leaf("User", guid=coder, name=f"Coder {n}") for n, coder in enumerate(coders)]
        parts += ["</Users><CodeBook><Codes>"]
        parts += [leaf("Code", guid=code, name=f"code {n}", isCodable="true") for n, code in enumerate(codes)]
        parts += ["</Codes></CodeBook><Sources>"]
        for document in range(DOCUMENTS):
            id, text = guid(), "\n".join(rng.choices(SENTENCES, k=500))
            archive.writestr(f"sources/{id}.txt", text)
            parts.append(leaf("TextSource", guid=id, name=f"Document {document}", plainTextPath=f"internal://{id}.txt")[:-2] + ">")  # fmt: skip
            for _ in range(SEGMENTS):
                start, coder = rng.randrange(len(text) - 200), rng.choice(coders)
                who = {"creatingUser": coder, "creationDateTime": when}
                place = {"startPosition": start, "endPosition": start + rng.randrange(20, 200)}
                parts.append(leaf("PlainTextSelection", guid=guid(), name="", **place, **who)[:-2] + ">")
                parts.append(leaf("Coding", guid=guid(), **who)[:-2] + ">" + leaf("CodeRef", targetGUID=rng.choice(codes)))  # fmt: skip
                parts.append("</Coding></PlainTextSelection>")
            parts.append("</TextSource>")
        archive.writestr("project.qde", "".join([*parts, "</Sources></Project>"]))


def measured(python: str, work: str, path: Path) -> tuple[float, float, int]:
    """Return seconds, peak memory in MB and the number of codings, of a process of its own; imports are counted in."""
    done = subprocess.run([python, "-c", MEASURE.format(work=work), str(path)], capture_output=True, text=True, cwd=ROOT, check=True)  # fmt: skip
    seconds, peak, n = done.stdout.split()
    return float(seconds), float(peak), int(n)


def main() -> None:
    """Print one line a reader."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.qdpx"
        large_project(path)
        print(
            f"{DOCUMENTS} documents, {DOCUMENTS * SEGMENTS:,} codings, {path.stat().st_size / 1e6:.0f} MB", flush=True
        )
        ours = measured(sys.executable, OURS, path)
        print(f"{'dashat':12} {ours[0]:8.1f} s {ours[1]:8.0f} MB", flush=True)
        python = os.environ.get(SETTING)
        if not python:
            print(f"pyrefiqda: not timed; {SETTING} names no Python that has it")
            return
        try:
            theirs = measured(python, THEIRS, path)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"pyrefiqda: not timed, {python} cannot run it: {error}")
            return
        same = "codings equal" if theirs[2] == ours[2] else f"codings DIFFER: {ours[2]} and {theirs[2]}"
        print(f"{'pyrefiqda':12} {theirs[0]:8.1f} s {theirs[1]:8.0f} MB   {theirs[0] / ours[0]:.1f} x the time, {theirs[1] / ours[1]:.1f} x the memory; {same}")  # fmt: skip


if __name__ == "__main__":
    main()
