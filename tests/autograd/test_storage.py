import os
import re
import time
from pathlib import Path

import numpy as np
import pytest

from autograd import Tensor
from autograd.storage import load, save


def test_a_transposed_and_a_sliced_weight_come_back_as_they_were(tmp_path):
    W = np.arange(12.0).reshape(3, 4)
    arrays = {
        "T": W.T,
        "slice": W[:, ::2],
        "fortran": np.asfortranarray(W),
        "scalar": np.array(3.0),
    }
    save(arrays, tmp_path / "w.safetensors")
    found = load(tmp_path / "w.safetensors")
    assert list(found) == sorted(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].shape == array.shape


@pytest.mark.parametrize("dtype", ["f8", "f4", "f2", "i8", "i4", "u1", "?", ">f8"])
def test_dtypes_are_kept(tmp_path, dtype):
    array = np.array([0, 1, 1], dtype)
    save({"a": array}, tmp_path / "a")
    found = load(tmp_path / "a")["a"]
    assert found.dtype == array.dtype.newbyteorder("=")
    np.testing.assert_array_equal(found, array)
    found[0] = 1  # what was loaded may be changed


def test_other_readers_understand_the_file(tmp_path):
    from safetensors.numpy import load_file

    save({"a": np.eye(2), "b": Tensor([1.0, 2.0])}, str(tmp_path / "a.safetensors"))
    found = load_file(tmp_path / "a.safetensors")
    np.testing.assert_array_equal(found["a"], np.eye(2))
    np.testing.assert_array_equal(found["b"], [1, 2])


def test_a_failed_save_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "w.safetensors"
    save({"w": np.zeros(2)}, path)

    def fail(descriptor):
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        save({"w": np.ones(2)}, path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["w.safetensors"]
    np.testing.assert_array_equal(load(path)["w"], [0, 0])


def test_saving_again_replaces(tmp_path):
    for x in (1.0, 2.0):
        save({"w": np.array([x])}, tmp_path / "w")
    assert [entry.name for entry in tmp_path.iterdir()] == ["w"]
    assert load(tmp_path / "w")["w"][0] == 2


def test_drafts_that_a_killed_program_left_are_cleared_away(tmp_path):
    left = [tmp_path / ".w.0123abcd", tmp_path / ".w.89abcdef", tmp_path / ".w.x.0123abcd"]
    for draft in left:
        draft.write_bytes(b"half a f")
        os.utime(draft, (time.time() - 3600,) * 2)
    os.utime(left[1])  # somebody else may be writing this one just now
    save({"w": np.ones(2)}, tmp_path / "w")
    found = sorted(entry.name for entry in tmp_path.iterdir())
    assert found == [".w.89abcdef", ".w.x.0123abcd", "w"]


def test_a_folder_that_is_not_there_can_be_made(tmp_path):
    path = tmp_path / "runs" / "first" / "w"
    with pytest.raises(FileNotFoundError, match=r"there\s+is\s+no\s+folder") as caught:
        save({"w": np.ones(2)}, path)
    fix = re.search(r"Fix:  (.*?)   ", str(caught.value))[1]
    eval(fix, {"Path": Path, "path": path})
    save({"w": np.ones(2)}, path)
    assert load(path)["w"].sum() == 2


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(ValueError, match=r"is\s+a\s+folder"):
        load(tmp_path)


@pytest.mark.parametrize("array", [np.array(["a"]), np.array([object()]), np.array([1j])])
def test_what_is_not_numbers_is_refused_by_name(tmp_path, array):
    with pytest.raises(ValueError, match="'labels' has dtype"):
        save({"labels": array}, tmp_path / "w")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no file .*w\.safetensors"):
        load(tmp_path / "w.safetensors")


@pytest.mark.parametrize("damage", [lambda b: b"", lambda b: b[:-3], lambda b: b"not a file" * 9])
def test_a_damaged_file(tmp_path, damage):
    path = tmp_path / "w.safetensors"
    save({"w": np.ones(4)}, path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=r"w\.safetensors is damaged or not a\s+safetensors file"):
        load(path)


def test_bfloat16_is_refused_with_the_fix(tmp_path):
    header = b'{"w":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}'
    (tmp_path / "w").write_bytes(len(header).to_bytes(8, "little") + header + b"\0\0")
    with pytest.raises(ValueError, match=r"'BF16' numbers[\s\S]*convert to float32"):
        load(tmp_path / "w")
