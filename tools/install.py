"""Install a pinned, hashed requirement file into .venv; do nothing where that was already done.

    python3.11 tools/install.py requirements.txt

Runs on the machine's own Python, before anything is installed, so it uses the standard library only.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed-requirements"  # the hashes of the files that it holds
# requirements-dev.txt is compiled from the same source, and holds all of requirements.txt.
COVERS = {
    "requirements.txt": ["requirements.txt"],
    "requirements-dev.txt": ["requirements.txt", "requirements-dev.txt"],
}


def main(name: str) -> int:
    if not works(VENV / "bin" / "pip") and not create_venv():
        return 1
    if fingerprint(name) in installed():
        return 0
    print(f"Installing {name} into .venv (the first time takes a minute or two) ...", flush=True)
    if not install(ROOT / name):
        return 1
    STAMP.write_text("\n".join(map(fingerprint, COVERS[name])))
    return 0


def works(pip: Path) -> bool:
    """A .venv outlives neither the Python it was made from nor a move to another folder. It may be a link to one."""
    try:
        answer = subprocess.run([pip, "--version"], capture_output=True, text=True)
    except OSError:
        return False
    return answer.returncode == 0 and str(VENV.resolve()) in answer.stdout


def create_venv() -> bool:
    print("Creating .venv ...", flush=True)
    if VENV.is_symlink():
        VENV.unlink()  # what it leads to is somebody else's, and --clear would empty it
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV])
    if made.returncode:
        print(
            f"{sys.executable} could not make a virtual environment.\n"
            "On Debian and Ubuntu the module comes apart: apt install python3-venv (or python3.11-venv).",
            file=sys.stderr,
        )
    return made.returncode == 0


def install(requirements: Path) -> bool:
    options = ["--quiet", "--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes"]
    done = subprocess.run([VENV_PYTHON, "-m", "pip", "install", *options, "--requirement", requirements])
    if done.returncode:
        print("The libraries could not be installed; pip says why above.", file=sys.stderr)
    return done.returncode == 0


def installed() -> set[str]:
    return set(STAMP.read_text().split()) if STAMP.exists() else set()


def fingerprint(name: str) -> str:
    return hashlib.sha256((ROOT / name).read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
