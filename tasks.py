"""The commands of this repository, for any system: ``python tasks.py run``. The Makefile calls the same.

Needs Python >= 3.11 and nothing else; makes ``.venv`` once from the hashed locks.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
TOOLS = VENV / "uv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "installed"
UV = "uv>=0.5"
LEAKING = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT", "CONDA_PREFIX")
CLEAN = {name: value for name, value in os.environ.items() if name not in LEAKING}


def call(*words: object, **variables: str) -> None:
    """Run a command in the repository; end with its exit code if it fails."""
    code = subprocess.run([str(word) for word in words], cwd=HERE, env=CLEAN | variables, check=False).returncode
    if code:
        sys.exit(code)


def setup(dev: bool = False) -> None:
    """Make .venv from the locks, once; a half-made one is made again."""
    locks = {
        name: hashlib.sha256((HERE / name).read_bytes()).hexdigest()
        for name in ("requirements.lock", "requirements-dev.lock")
    }
    wanted = f"{sys.version_info[:3]} {locks} {hashlib.sha256((HERE / 'pyproject.toml').read_bytes()).hexdigest()}"
    try:
        kind, have = STAMP.read_text(encoding="utf-8").split("\n", 1)
    except (OSError, ValueError):
        kind, have = "", ""
    if have == wanted and PYTHON.exists() and (kind == "dev" or not dev):
        return
    dev = dev or (kind == "dev" and have == wanted)
    print("Setting up .venv, once ...", file=sys.stderr)
    STAMP.unlink(missing_ok=True)
    if have != wanted and VENV.exists():
        shutil.rmtree(VENV)
    call(sys.executable, "-m", "venv", VENV)
    call(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", TOOLS, "--upgrade", UV)
    uv = TOOLS / "bin" / ("uv.exe" if os.name == "nt" else "uv")
    lock = "requirements-dev.lock" if dev else "requirements.lock"
    quiet = ["--quiet", "--python", PYTHON]
    call(uv, "pip", "sync", *quiet, "--require-hashes", "--compile-bytecode", lock)
    call(uv, "pip", "install", *quiet, "--no-deps", "--no-build-isolation", "--offline", "-e", ".")
    STAMP.write_text(f"{'dev' if dev else 'run'}\n{wanted}", encoding="utf-8", newline="\n")


def run(*words: str) -> None:
    """Check the case, compute everything, run the notebooks, print the findings."""
    setup()
    call(PYTHON, "-m", "dashat_lib.cli", "run", *words)


# Files go to the workers as conftest.py orders them: the slow ones first.
TESTING = ("-q", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "--nbval-lax", "tests", "notebooks")


def test(*words: str) -> None:
    """Run the tests and the notebooks' stored outputs."""
    setup(dev=True)
    call(PYTHON, "-m", "pytest", *TESTING, *words)


def test_full(*words: str) -> None:
    """Run the tests with every heavy property in full."""
    setup(dev=True)
    call(PYTHON, "-m", "pytest", *TESTING, *words, DASHAT_FULL="1")


def lint() -> None:
    """Check style and types."""
    setup(dev=True)
    call(PYTHON, "-m", "ruff", "check", ".")
    call(PYTHON, "-m", "ruff", "format", "--check", ".")
    call(PYTHON, "-m", "mypy")


def lab(*words: str) -> None:
    """Open JupyterLab on the notebooks."""
    setup()
    call(PYTHON, "-m", "jupyterlab", "--notebook-dir", "notebooks", *words)


def lock() -> None:
    """Make the locks again from pyproject.toml."""
    setup(dev=True)
    uv = TOOLS / "bin" / ("uv.exe" if os.name == "nt" else "uv")
    compile_ = [uv, "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--python-version", "3.11"]
    compile_ += ["--custom-compile-command", "make lock", "pyproject.toml"]
    call(*compile_, "--extra", "io", "-o", "requirements.lock")
    call(*compile_, "--extra", "dev", "-c", "requirements.lock", "-o", "requirements-dev.lock")


def readme() -> None:
    """Paste the findings into the READMEs."""
    setup()
    call(PYTHON, "-m", "dashat_lib.readme")


def words(*languages: str) -> None:
    """Bring the catalogues up to date with the sentences in use."""
    setup()
    call(PYTHON, "docs/catalogue.py", *languages)


def bench() -> None:
    """Time the commands, as ratios in one run."""
    setup(dev=True)
    call(PYTHON, "-m", "benchmarks")
    call(PYTHON, "-m", "benchmarks.networks")
    call(PYTHON, "-m", "benchmarks.coding")
    call(PYTHON, "-m", "benchmarks.bands")
    call(PYTHON, "-m", "benchmarks.dependency")
    call(PYTHON, "-m", "benchmarks.verify")
    call(PYTHON, "-m", "benchmarks.refi_qda")


VERBS = {
    verb.__name__.replace("_", "-"): verb
    for verb in (setup, run, test, test_full, lint, lab, lock, readme, words, bench)
}


def main() -> None:
    """Parse the command line."""
    if sys.version_info < (3, 11):
        sys.exit("dashat needs Python 3.11 or newer; this is " + sys.version.split()[0])
    verb, *words = sys.argv[1:] or ["help"]
    if verb not in VERBS:
        lines = [f"  {name:8} {one.__doc__.splitlines()[0]}" for name, one in VERBS.items() if one.__doc__]
        print("python tasks.py VERB\n" + "\n".join(lines))
        sys.exit(0 if verb == "help" else 2)
    VERBS[verb](*words)


if __name__ == "__main__":
    main()
