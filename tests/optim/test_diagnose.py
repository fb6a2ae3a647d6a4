"""diagnose: the right fault on runs that are really broken, and no fault on sound ones."""

import math
import warnings

import clinic
import pytest

from autograd import Hint
from optim import Diagnosis, History, diagnose
from optim.diagnose import FAULTS, Column


def verdict(name, seed):
    clinic.SEED[0] = seed
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Hint)  # they would give it away
        return diagnose(clinic.RUNS[name][1]())


def test_there_are_broken_runs_of_every_kind_and_sound_ones():
    faults = [fault for fault, _ in clinic.RUNS.values()]
    assert set(faults) == {*FAULTS, None}
    assert len([fault for fault in faults if fault]) >= 20
    assert faults.count(None) >= 8


@pytest.mark.parametrize("name", clinic.RUNS)
def test_the_fault_is_named(name):
    fault, _ = clinic.RUNS[name]
    found = verdict(name, seed=0)
    assert found.fault == fault, found


def test_other_patients_with_the_same_faults():
    """With other data and weights 18 of 20 are right, among the broken and among the sound."""
    right = {
        (name, seed): verdict(name, seed).fault == fault
        for seed in (101, 102)
        for name, (fault, _) in clinic.RUNS.items()
    }
    broken = [ok for (name, _), ok in right.items() if clinic.RUNS[name][0]]
    sound = [ok for (name, _), ok in right.items() if not clinic.RUNS[name][0]]
    assert sum(broken) >= 0.9 * len(broken)
    assert sum(sound) >= 0.9 * len(sound)


@pytest.mark.parametrize("k", [2, 3, 5, 10, 20, 100])
def test_the_floor_of_softmax_twice_for_any_number_of_classes(k):
    floor = math.log(1 + (k - 1) / math.e)
    start = math.log(k)
    losses = [floor + (start - floor) * 0.3**epoch for epoch in range(12)]
    found = diagnose(losses)
    assert found.fault == "softmax twice"
    assert f"the floor for {k} classes is {floor:.4f}" in found.seen


def test_the_floors_that_everybody_meets():
    assert "1.4612" in diagnose([2.25, 1.7, 1.5, 1.47, 1.465, 1.463, 1.462, 1.462]).seen
    assert "0.3133" in diagnose([0.66, 0.4, 0.33, 0.32, 0.315, 0.314, 0.314, 0.314]).seen


@pytest.mark.parametrize("k", [2, 3, 10, 100])
def test_stuck_at_ln_k(k):
    wobble = [0.004, -0.002, 0.001, 0.0, 0.002, -0.001, 0.001, 0.0]
    found = diagnose([math.log(k) * (1 + x) for x in wobble])
    assert found.fault == "stuck at ln K"
    assert f"ln {k} = " in found.seen


@pytest.mark.parametrize(
    ("losses", "fault"),
    [
        ([], None),
        ([2.3], None),
        ([2.3, 1.0, 0.5], None),
        ([2.3, 2.3], "not learning"),
        ([math.nan], "nan"),
        ([1.0, 0.5, math.inf], "nan"),
        ([1.0, 50.0, math.nan], "divergence"),
        ([1.0, 50.0, 3000.0], "divergence"),
        ([-1.0, -2.0, -9.0, -90.0], "wrong sign"),
        ([2.0, 1.0, 0.2, -0.4, -0.8, -1.0, -1.1, -1.1], None),  # a log density may be negative
        ([3.0, 1.0, 0.5, 0.3, 9.0, 0.25, 0.2, 0.19, 0.18], None),  # a single spike
        ([0.0, 0.0, 0.0, 0.0], "not learning"),
    ],
)
def test_edges(losses, fault):
    assert diagnose(losses).fault == fault


def test_validation_decides_what_overfitting_is():
    history = History()
    falling = [1 / (1 + epoch) for epoch in range(20)]
    turning = [0.5 + 0.02 * (epoch - 6) ** 2 for epoch in range(20)]
    for training, held, fault in (
        (falling, turning, "overfitting"),
        (falling, [x + 0.1 for x in falling], None),
        (falling, falling, None),
        (turning, turning, None),
    ):
        history.rows = [
            {"loss": x, "validation_loss": v} for x, v in zip(training, held, strict=True)
        ]
        assert (diagnose(history).fault == "overfitting") == (fault == "overfitting")
    assert "epoch 7" in Diagnosis("overfitting", "0.5 in epoch 7").seen


@pytest.mark.parametrize("fault", FAULTS)
def test_every_verdict_prints_as_a_short_lesson(fault):
    found = Diagnosis(fault, "the loss went from 2.3 to 2.3, and other numbers of that kind")
    lines = str(found).splitlines()
    assert lines[0].startswith(f"{fault}: the loss went")
    assert [line[2:6] for line in lines if line[2:6] in ("Why:", "Fix:", "See:")] == [
        "Why:", "Fix:", "See:",
    ]  # fmt: skip
    assert max(map(len, lines)) <= 100
    assert len(lines) <= 8
    assert found.fix in str(found)
    assert repr(found) == str(found)


def test_a_sound_run_in_words():
    found = diagnose([2.0, 1.0, 0.5, 0.4, 0.35])
    assert str(found) == "No fault to be seen: the loss went from 2 to 0.4."
    assert found.fix == ""


def test_turns():
    assert Column([0, 1, 0, 1, 0, 1]).turns(0.5) == 4
    assert Column([0, 1, 0, 1, 0, 1]).turns(2) == 0
    assert Column([5, 4, 3, 2, 1]).turns(0.1) == 0
    assert Column([5, 3, 1, 3, 5, 3, 1]).turns(1) == 2
