import numpy as np
import pytest
from matplotlib.figure import Figure

from autograd import manual_seed
from optim import DataLoader
from optim.clock import HUES, batch_clock, batches_ahead, mixed


def axes():
    return Figure().subplots(2, 1)


def squares(ax):
    """Each square's sample number and its patch, 10 samples standing in rows of 5."""
    return {int(p.get_x() + 5 * p.get_y()): p for p in ax.patches}


@pytest.mark.parametrize("seed", [0, None])
def test_the_batches_shown_are_those_that_come(seed):
    manual_seed(3)
    x = np.arange(10)
    loader = DataLoader(x, batch_size=4, shuffle=True, seed=seed)
    shown = batches_ahead(loader, epochs=2)
    for epoch in shown:
        given = [batch for (batch,) in loader]
        assert [batch.tolist() for batch in given] == [batch.tolist() for batch in epoch]


def test_any_dataset_can_be_shown():
    class Squares:
        def __len__(self):
            return 5

        def __getitem__(self, i):
            return i, i * i

    assert [batch.tolist() for batch in batches_ahead(DataLoader(Squares(), batch_size=3))[0]] == [
        [0, 1, 2], [3, 4],
    ]  # fmt: skip


def test_every_sample_has_the_colour_of_its_batch_and_the_turn_stands_out():
    loader = DataLoader(np.zeros(10), batch_size=4, shuffle=True, seed=0)
    samples, _ = batch_clock(loader, iteration=5, epochs=3, axes=axes())
    drawn = squares(samples)
    assert len(drawn) == 10
    for k, batch in enumerate(batches_ahead(loader, 2)[1]):
        for sample in batch:
            color = drawn[sample].get_facecolor()[:3]
            assert color == pytest.approx(mixed(HUES[k], 1 if k == 1 else 0.35))
            assert bool(drawn[sample].get_hatch()) == (k == 2)
    numbers = [int(text.get_text()) for text in samples.texts]
    assert [numbers.count(k) for k in (1, 2, 3)] == [4, 4, 2]


def test_the_counters():
    loader = DataLoader(np.zeros(10), batch_size=4)
    samples, _ = batch_clock(loader, iteration=5, epochs=3, axes=axes())
    title = samples.get_title(loc="left")
    assert title == "epoch 2/3 · iteration 5/9 · batch 2 of 3 in this epoch"


def test_samples_that_are_left_out_are_empty():
    loader = DataLoader(np.zeros(10), batch_size=4, drop_last=True)
    drawn = squares(batch_clock(loader, axes=axes())[0])
    empty = [i for i, patch in drawn.items() if patch.get_facecolor()[:3] == (1, 1, 1)]
    assert empty == [8, 9]


def test_each_batch_goes_forward_then_backward_then_updates():
    loader = DataLoader(np.zeros(10), batch_size=4)
    passes = batch_clock(loader, iteration=2, axes=axes())[1]
    bars = [(p.get_x(), p.get_width(), round(p.get_y() + p.get_height() / 2))
            for container in passes.containers for p in container]  # fmt: skip
    forward, backward = bars[::2], bars[1::2]
    assert forward == [(0, 2, 1), (4, 2, 1), (8, 1, 1)]
    assert backward == [(2, 2, 0), (6, 2, 0), (9, 1, 0)]
    made, to_come = (points.get_xdata().tolist() for points in passes.lines)
    assert (made, to_come) == ([4, 8], [10])
