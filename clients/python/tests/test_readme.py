"""The programs of README.md, run as printed."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PHOTO

README = Path(__file__).parent.parent / "README.md"
PROGRAMS = re.findall(r"^```python\n(.*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL)
LAST_LINES = [
    "photo.webp",
    "photo.jpg",
    "invalid_request ['/assets', '/params/widht']",
    "401 Missing required headers",
]


@pytest.mark.parametrize(("program", "last_line"), list(zip(PROGRAMS, LAST_LINES, strict=True)))
def test_a_program_prints_what_it_should(program: str, last_line: str, tmp_path: Path) -> None:
    shutil.copy(PHOTO, tmp_path / "photo.jpg")
    (tmp_path / "program.py").write_text(program)
    run = subprocess.run([sys.executable, "program.py"], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[-1] == last_line
