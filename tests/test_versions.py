"""Installed packages: none below a version with a known hole, and exactly those of the lock file."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent

# Package, lowest safe version, what it closes.
FLOORS = [
    ("Django", "5.2.18", "SQL through expanded dictionaries and aliases, session fixation, cached private pages"),
    ("WeasyPrint", "70.0", "reads of local files through attachments, redirects, style sheets"),
    ("Pillow", "13.0.0", "memory corruption in the JPEG decoder"),
    ("openpyxl", "3.1.5", "entity expansion in workbooks"),
    ("defusedxml", "0.7.1", "openpyxl has no guard against entity bombs without it"),
    ("gunicorn", "23", "request smuggling"),
]


@pytest.mark.parametrize(("package", "floor", "closes"), FLOORS, ids=[package for package, *_ in FLOORS])
def test_package_is_not_below_its_floor(package, floor, closes):
    assert Version(version(package)) >= Version(floor), closes


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_installed_packages_are_the_locked_ones(lock):
    pins = [Requirement(pin) for pin in re.findall(r"^[\w.-]+(?:\[.*?\])?==[^ \\]+", (ROOT / lock).read_text(), re.M)]
    locked = {pin.name: str(pin.specifier) for pin in pins}

    installed = {name: f"=={version(name)}" for name in locked}

    assert locked
    assert installed == locked
