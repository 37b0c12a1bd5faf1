"""The demo's operator is made once per set of parameters, and a run that was cut short leaves nothing to trust."""

from __future__ import annotations

import pytest

from orchestration import demo
from orchestration.demo import Parameters, make_operator

SMALL = Parameters(customers=300, months=3, events=1000, seed=42)


@pytest.fixture
def made(monkeypatch):
    """The operators that were generated, by their parameters."""
    made = []

    def generate(folder, **parameters):
        made.append(parameters)
        folder.mkdir(parents=True)
        (folder / "world.json").write_text("{}")

    monkeypatch.setattr(demo, "generate", generate)
    return made


def make(folder, parameters=SMALL):
    steps = []
    make_operator(folder, folder / "operator", parameters, steps.append)
    return steps


def test_same_parameters_keep_operator_and_lake(tmp_path, made):
    make(tmp_path)
    (tmp_path / "lake").mkdir()
    steps = make(tmp_path)
    assert len(made) == 1
    assert made[0]["customers"] == 300
    assert (tmp_path / "lake").exists()
    assert "as before" in steps[-1].detail


def test_other_parameters_make_another_operator_with_a_new_lake(tmp_path, made):
    make(tmp_path)
    (tmp_path / "lake").mkdir()
    (tmp_path / "lake-state").mkdir()
    make(tmp_path, Parameters(customers=300, months=3, events=1000, seed=43))
    assert [each["seed"] for each in made] == [42, 43]
    assert not (tmp_path / "lake").exists()
    assert not (tmp_path / "lake-state").exists()


def test_operator_that_was_cut_short_is_made_again(tmp_path, made, monkeypatch):
    def killed(folder, **parameters):
        folder.mkdir(parents=True)
        raise KeyboardInterrupt

    generate = demo.generate
    monkeypatch.setattr(demo, "generate", killed)
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path)
    monkeypatch.setattr(demo, "generate", generate)
    make(tmp_path)
    assert len(made) == 1


def test_a_lake_that_is_not_the_demos_is_left_alone(tmp_path, made):
    (tmp_path / "lake").mkdir()
    make(tmp_path)
    assert (tmp_path / "lake").exists()
