"""What somebody reads who is handed a bundle: what to install, what to run, how long it takes, what the words mean."""

from __future__ import annotations

from importlib.metadata import version

from . import fingerprint
from .words import SOURCE_LANGUAGE, Reader, languages, reader

NAMES = {
    one: "HOW_TO_VERIFY.md" if one == SOURCE_LANGUAGE else f"HOW_TO_VERIFY.{one}.md" for one in languages()
}  # a file a language


def files() -> dict[str, bytes]:
    """Return the text in each language, name -> content; the same bytes for the same version of the package."""
    return {name: _text(reader(language)).encode() for language, name in NAMES.items()}


def _text(say: Reader) -> str:
    steps = [
        [say("Install Python 3.11 or newer, then the package dashat, version {version}, from where its authors publish it (see CITATION.cff).", version=version("dashat")),
         say("Its code has the hash {code}. `dashat verify` says so where the code that is installed is another: differences may then come from the code and not from the data.", code=fingerprint.of_package()),
         say("`requirements.lock` in this zip lists the versions of the other packages; figures are compared by their pixels only where these are installed.")],
        [say("Leave the zip as it is and run: dashat verify NAME.zip"),
         say("It takes minutes: everything is computed again. It needs no network; a line on stderr names each step. --json prints every value whole, --all every difference.")],
        [say("Compare the study hash, or the SHA-256 of the zip, with the one you were given by another way, such as a thesis or a letter.")],
    ]  # fmt: skip
    words = [
        say("hash: a short fingerprint of a file or a study. Whoever changes a byte changes it; from it alone nobody can rebuild the file."),
        say("study hash: the fingerprint of data, settings, code cells of the notebooks and library together. It says nothing of READMEs, reports and text cells; the SHA-256 of the zip covers all of it."),
        say("lock: the list of packages with their versions by which the results were made (`requirements.lock`)."),
        say("manifest: the list of what results were made from and of what was made, with the fingerprint of each file (`data/processed/manifest.json`); `bundle.json` is such a list of this zip."),
    ]  # fmt: skip
    limits = say("What a verification proves, and what not, stands in docs/verify.md. The commands `make run` and `make test` of the README need the repository of dashat, which is not in this zip, and so do paths below dashat_lib, tests and benchmarks.")  # fmt: skip
    lines = ["# " + say("How to verify this study"), ""]
    lines += [f"{at}. " + "\n   ".join(step) for at, step in enumerate(steps, start=1)]
    lines += ["", "## " + say("What the words mean"), "", *(f"- {word}" for word in words), "", limits]
    return "\n".join(lines) + "\n"
