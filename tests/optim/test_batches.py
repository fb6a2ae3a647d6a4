import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Hint, Tensor, manual_seed
from optim import DataLoader, TensorDataset, train_test_split


def samples(n):
    return np.arange(2.0 * n).reshape(n, 2), np.arange(n)


@st.composite
def sizes(draw):
    n = draw(st.integers(1, 60))
    return n, draw(st.integers(1, n))


@given(sizes(), st.booleans(), st.integers(0, 5))
def test_an_epoch_shows_every_sample_once(size, shuffle, seed):
    n, batch_size = size
    X, y = samples(n)
    loader = DataLoader(X, y, batch_size=batch_size, shuffle=shuffle, seed=seed)
    for _ in range(2):
        batches = list(loader)
        seen = np.concatenate([labels for _, labels in batches])
        assert sorted(seen) == list(range(n))
        assert all(np.array_equal(rows, X[labels]) for rows, labels in batches)
        assert [len(labels) for _, labels in batches[:-1]] == [batch_size] * (len(batches) - 1)
        assert len(batches[-1][1]) == (n - 1) % batch_size + 1
        assert len(batches) == len(loader) == math.ceil(n / batch_size)
        assert shuffle or list(seen) == list(range(n))


@given(sizes())
def test_drop_last_leaves_only_full_batches(size):
    n, batch_size = size
    loader = DataLoader(*samples(n), batch_size=batch_size, drop_last=True)
    assert [len(y) for _, y in loader] == [batch_size] * (n // batch_size)
    assert len(loader) == n // batch_size


def order_of(loader):
    return [label for _, labels in loader for label in labels]


def test_every_epoch_has_a_new_order_and_a_seed_repeats_them():
    loader, again = (DataLoader(*samples(50), shuffle=True, seed=3) for _ in range(2))
    epochs = [order_of(loader) for _ in range(3)]
    assert epochs[0] != epochs[1] != epochs[2] != epochs[0]
    assert [order_of(again) for _ in range(3)] == epochs


def test_without_a_seed_the_librarys_generator_shuffles():
    loader = DataLoader(*samples(50), shuffle=True)
    manual_seed(7)
    first = order_of(loader)
    assert order_of(loader) != first
    manual_seed(7)
    assert order_of(loader) == first


def test_batches_are_plain_arrays_and_no_views_of_the_data():
    X, y = samples(10)
    batches = list(DataLoader(Tensor(X), y.tolist(), X, batch_size=4))
    assert all(type(array) is np.ndarray for batch in batches for array in batch)
    assert [len(batch) for batch in batches] == [3, 3, 3]
    batches[0][2][:] = -1
    assert X[0, 0] == 0


@pytest.mark.parametrize("batch_size", [None, "full", 10])
def test_all_samples_at_once_is_batch_gradient_descent(batch_size):
    loader = DataLoader(*samples(10), batch_size=batch_size)
    assert len(loader) == 1
    assert loader.method == "batch"


@pytest.mark.parametrize(
    ("n", "options", "words"),
    [
        (
            1400,
            {},
            "1400 samples, batch size 32: 44 iterations per epoch, the last with 24 samples; "
            "mini-batch gradient descent",
        ),
        (
            1000,
            {"batch_size": 1},
            "1000 samples, batch size 1: 1000 iterations per epoch; stochastic gradient descent",
        ),
        (
            33,
            {"batch_size": None},
            "33 samples, batch size 33: 1 iteration per epoch; batch gradient descent",
        ),
        (
            33,
            {"drop_last": True},
            "33 samples, batch size 32: 1 iteration per epoch, 1 sample left out; "
            "mini-batch gradient descent",
        ),
    ],
)
def test_the_arithmetic_in_words(n, options, words):
    loader = DataLoader(*samples(n), **options)
    assert str(loader) == words
    assert repr(loader) == f"DataLoader({words})"


@pytest.mark.parametrize(
    ("batch_size", "message"),
    [
        (0, r"batch_size must be at least 1; got 0"),
        (-3, r"batch_size must be at least 1; got -3"),
        (2.5, r"batch_size must be a whole number, None or 'full'; got 2.5"),
        (True, r"batch_size must be a whole number"),
        ("all", r"got 'all'"),
    ],
)
def test_batch_sizes_without_meaning(batch_size, message):
    with pytest.raises(ValueError, match=rf"{message}[\s\S]*DataLoader\(X, y"):
        DataLoader(*samples(10), batch_size=batch_size)


def test_more_than_there_is():
    with pytest.warns(Hint, match="batch_size=512 is more than the 100 samples") as caught:
        loader = DataLoader(*samples(100), batch_size=512)
    assert caught[0].filename == __file__
    assert (len(loader), loader.batch_size) == (1, 100)
    with pytest.raises(ValueError, match="leaves 0 batches of 100 samples"):
        DataLoader(*samples(100), batch_size=512, drop_last=True)


def test_arrays_that_do_not_fit_together():
    with pytest.raises(ValueError, match=r"5 and 4 samples \(shapes \(5, 2\), \(4,\)\)"):
        DataLoader(np.zeros((5, 2)), np.zeros(4))
    with pytest.raises(ValueError, match="one sample per row"):
        DataLoader(*samples(5), 32)
    with pytest.raises(ValueError, match="one sample per row"):
        DataLoader()
    with pytest.raises(ValueError, match="there are no samples"):
        DataLoader(np.zeros((0, 2)), np.zeros(0))


# --- datasets ---------------------------------------------------------------------------------


class Squares:
    """A dataset as people write it: a length, and sample i on demand."""

    def __init__(self, n, wrap=lambda x, y: (x, y)):
        self.n, self.wrap, self.asked = n, wrap, []

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        if not 0 <= i < self.n:
            raise IndexError(i)
        self.asked.append(i)
        return self.wrap(np.array([i, i + 0.5]), i**2)


def test_a_tensor_dataset_holds_rows_together():
    X, y = samples(5)
    dataset = TensorDataset(Tensor(X), y.tolist())
    assert len(dataset) == 5
    row, label = dataset[3]
    assert row.tolist() == [6, 7]
    assert label == 3
    with pytest.raises(IndexError):
        dataset[5]
    with pytest.raises(ValueError, match="5 and 4 samples"):
        TensorDataset(X, y[:4])


@given(sizes(), st.booleans(), st.booleans(), st.integers(0, 5))
def test_any_dataset_gives_the_batches_that_its_arrays_give(size, shuffle, drop_last, seed):
    n, batch_size = size
    options = {"batch_size": batch_size, "shuffle": shuffle, "drop_last": drop_last, "seed": seed}
    X = np.stack([np.arange(n), np.arange(n) + 0.5], axis=1)
    dataset = Squares(n)
    loaders = [
        DataLoader(X, np.arange(n) ** 2, **options),
        DataLoader(TensorDataset(X, np.arange(n) ** 2), **options),
        DataLoader(dataset, **options),
    ]
    assert len({str(loader) for loader in loaders}) == 1
    for batches in zip(*loaders, strict=True):
        for columns in zip(*batches, strict=True):
            for column in columns:
                assert type(column) is np.ndarray
                assert column.dtype == columns[0].dtype
                np.testing.assert_array_equal(column, columns[0])
    assert len(dataset.asked) == len(set(dataset.asked)) == (n - n % batch_size * drop_last)


@pytest.mark.parametrize("wrap", [lambda x, y: x, lambda x, y: Tensor(x)], ids=["array", "Tensor"])
def test_samples_of_one_part(wrap):
    [(batch,)] = DataLoader(Squares(4, wrap), batch_size=None)
    assert batch.tolist() == [[i, i + 0.5] for i in range(4)]


def test_a_dataset_without_samples():
    for batch_size in (32, None):
        with pytest.raises(ValueError, match="there are no samples"):
            DataLoader(Squares(0), batch_size=batch_size)


def test_one_array_or_list_is_data_and_no_dataset():
    assert [len(x) for (x,) in DataLoader(np.arange(5), batch_size=4)] == [4, 1]
    assert [len(x) for (x,) in DataLoader([1.0, 2.0, 3.0], batch_size=2)] == [2, 1]
    assert [len(x) for (x,) in DataLoader(Tensor([1.0, 2.0, 3.0]), batch_size=2)] == [2, 1]


# --- where the generator stands ---------------------------------------------------------------


@given(st.integers(2, 50), st.integers(0, 9), st.integers(0, 3))
def test_a_loader_shuffles_on_where_another_stopped(n, seed, epochs):
    first, second = (
        DataLoader(*samples(n), batch_size=2, shuffle=True, seed=s) for s in (seed, seed + 1)
    )
    for _ in range(epochs):
        order_of(first)
    second.load_state_dict(first.state_dict())
    assert [order_of(second) for _ in range(2)] == [order_of(first) for _ in range(2)]


def test_a_saved_state_stays_as_it_was():
    twister = np.random.Generator(np.random.MT19937(1))
    loader = DataLoader(*samples(20), batch_size=8, shuffle=True, seed=twister)
    state = loader.state_dict()
    order = order_of(loader)
    loader.load_state_dict(state)
    assert order_of(loader) == order


def test_a_state_of_other_batches_is_refused():
    X = np.zeros(10)
    saved = DataLoader(X, batch_size=4).state_dict()
    for loader in (DataLoader(X, batch_size=5), DataLoader(X[:8], batch_size=4)):
        with pytest.raises(ValueError, match=r"the saved one had 10\s+and\s+4"):
            loader.load_state_dict(saved)


def test_a_dict_is_no_dataset():
    data = {"X": np.zeros((64, 2)), "y": np.zeros(64)}
    with pytest.raises(ValueError, match="a dict is not an array") as caught:
        DataLoader(data)
    fix = str(caught.value).split("Fix:  ")[1].split("   with")[0]
    assert len(eval(fix, {"DataLoader": DataLoader, "data": data})) == 2


def test_without_a_seed_there_is_nothing_to_save():
    plain, seeded = DataLoader(*samples(32)), DataLoader(*samples(32), seed=1)
    assert plain.state_dict() == {"samples": 32, "batch_size": 32, "generator": None}
    plain.load_state_dict(plain.state_dict())
    for one, other in ((plain, seeded), (seeded, plain)):
        with pytest.raises(ValueError, match="one of the two loaders has a seed"):
            one.load_state_dict(other.state_dict())


@given(st.integers(2, 80), st.floats(0.01, 0.99), st.integers(0, 5))
def test_split_keeps_rows_together_and_loses_none(n, fraction, seed):
    X, y = samples(n)
    count = math.ceil(fraction * n)
    if count == n:
        return
    X_train, X_test, y_train, y_test = train_test_split(X, y, fraction, seed)
    assert len(y_test) == count
    assert sorted([*y_train, *y_test]) == list(range(n))
    assert np.array_equal(X_train, X[y_train])
    assert np.array_equal(X_test, X[y_test])
    again = train_test_split(X, y, count, seed)
    assert np.array_equal(again[1], X_test)


def test_split_shuffles():
    _, _, _, y_test = train_test_split(*samples(100), 50, seed=0)
    assert sorted(y_test) != list(range(50))
    assert list(y_test) != sorted(y_test)


@pytest.mark.parametrize("test_size", [0, 10, -1, 0.0, 1.0, 1.5, 0.999])
def test_split_that_leaves_one_side_empty(test_size):
    with pytest.raises(ValueError, match=rf"test_size={test_size} of 10 samples leaves nothing"):
        train_test_split(*samples(10), test_size)


@pytest.mark.parametrize("size", [8, "full", None])
def test_a_batch_size_by_position(size):
    X, y = samples(20)
    with pytest.raises(ValueError, match=rf"got {size!r}[\s\S]*y, batch_size={size!r}\)"):
        DataLoader(X, y, size)
