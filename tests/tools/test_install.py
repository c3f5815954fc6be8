"""The .venv that make installs into: what is linked to is never emptied."""

from __future__ import annotations

import sys

import pytest

from tools import install


@pytest.fixture
def venv(tmp_path, monkeypatch):
    """Where the checkout's .venv is, and an environment beside it that others use."""
    monkeypatch.setattr(install, "VENV", tmp_path / "checkout" / ".venv")
    (tmp_path / "checkout").mkdir()
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "kept").touch()
    return install.VENV, shared


def test_a_link_to_an_environment_that_works_is_used(venv):
    link, _shared = venv
    link.symlink_to(sys.prefix)
    assert install.works(link / "bin" / "pip")


def test_in_place_of_a_link_to_one_that_does_not_work_comes_a_new_one(venv):
    link, shared = venv
    link.symlink_to(shared)
    assert not install.works(link / "bin" / "pip")
    assert install.create_venv()
    assert install.works(link / "bin" / "pip")
    assert not link.is_symlink()
    assert (shared / "kept").exists()
