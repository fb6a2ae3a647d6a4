import numpy as np
import pytest

from chainrule.errors import UsageError
from chainrule.tables import read_table

FLOWERS = "width,length,kind\n1,2,rose\n3,4.5,lily\n5,6,rose\n7,8e-1,lily\n"


@pytest.fixture
def table(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "t.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return write


def numbers(values):
    return "x,y\n" + "".join(f"{i},{value}\n" for i, value in enumerate(values))


def test_text_is_a_class_and_the_other_columns_are_features(table):
    samples = read_table(table(FLOWERS), "kind")
    assert samples.X.tolist() == [[1, 2], [3, 4.5], [5, 6], [7, 0.8]]
    assert samples.X.dtype == float
    assert samples.y.tolist() == [1, 0, 1, 0]
    assert samples.y.dtype == np.int64
    assert (samples.features, samples.classes) == (("width", "length"), ("lily", "rose"))


def test_the_target_may_stand_anywhere(table):
    samples = read_table(table("y,a,b\nu,1,2\nv,3,4\nu,5,6\nv,7,8\n"), "y")
    assert samples.X.tolist() == [[1, 2], [3, 4], [5, 6], [7, 8]]


@pytest.mark.parametrize(
    "text",
    [
        FLOWERS.replace(",", ";"),
        FLOWERS.replace(",", "\t"),
        FLOWERS.replace("\n", "\r\n"),
        FLOWERS.replace("\n", "\n\n"),
        FLOWERS.replace(",", " , "),
        FLOWERS.replace("rose", '"rose"'),
        "\ufeff" + FLOWERS,
    ],
    ids=["semicolons", "tabs", "crlf", "empty lines", "spaces", "quotes", "byte order mark"],
)
def test_the_same_table_in_other_spellings(table, text):
    expected = read_table(table(FLOWERS), "kind")
    found = read_table(table(text), "kind")
    assert found.X.tolist() == expected.X.tolist()
    assert (found.features, found.classes) == (expected.features, expected.classes)


@pytest.mark.parametrize(
    ("values", "classes"),
    [
        ([0, 1, 1, 0], ("0", "1")),
        ([10, 9, 9.0, 10], ("9", "10")),
        ([1, 2, 3, 1], ()),
        ([0.5, 1, 0.5, 1], ()),
        ([*range(20)] * 2, tuple(str(i) for i in range(20))),
        ([*range(21)] * 2, ()),
    ],
    ids=["0 and 1", "in order of size", "too few of each", "fractions", "20 kinds", "21 kinds"],
)
def test_few_whole_numbers_are_classes_other_numbers_are_not(table, values, classes):
    assert read_table(table(numbers(values)), "y").classes == classes


def test_the_loss_decides_against_the_rule(table):
    as_number = read_table(table(numbers([3, 1, 1, 3])), "y", numeric=True)
    assert (as_number.classes, as_number.y.tolist()) == ((), [3, 1, 1, 3])
    as_class = read_table(table(numbers([0.5, 1, 0.5, 1])), "y", numeric=False)
    assert (as_class.classes, as_class.y.tolist()) == (("0.5", "1"), [0, 1, 0, 1])


@pytest.mark.parametrize(
    ("text", "target", "told"),
    [
        ("", "y", "t.csv is empty."),
        ("\n\n", "y", "t.csv is empty."),
        ("x,y\n", "y", "has no rows under its header; learning and testing need two."),
        ("x,y\n1,a\n", "y", "has one row under its header; learning and testing need two."),
        (FLOWERS, "sort", "has no column 'sort'; it has width, length, kind."),
        (FLOWERS, None, "--target with one of width, length, kind."),
        ("y\n1\n2\n", "y", "has only the column 'y', and nothing to predict it from."),
        ("x,,y\n1,2,a\n", "y", "column 2 has no name in the header."),
        ("x,x,y\n1,2,a\n", "y", "has 2 columns named 'x'."),
        ("x,y\n1,a\n1\n", "y", "the header has 2 cells, but row 2 (line 3) has 1."),
        ("x,y\n1,a\n\n,b\n", "y", "row 2 (line 4), column 'x' is empty; features must be numbers."),
        ("x,y\n1,a\n2,\n", "y", "row 2 (line 3), column 'y' is empty; every row needs a target."),
        ("x,y\n1,a\ntwo,b\n", "y", "row 2 (line 3), column 'x' holds 'two', which is not a number"),
        (
            "x;y\n1;a\n2,5;b\n",
            "y",
            "row 2 (line 3), column 'x' holds '2,5': numbers need a decimal",
        ),
        (
            "x;y\n1;-1,25\n2;3\n",
            "y",
            "column 'y' holds '-1,25': numbers need a decimal point, -1.25.",
        ),
        ("x,y\nnan,a\n2,b\n3,a\n4,b\n", "y", "row 1 (line 2), column 'x' holds 'nan'"),
        ("x,y\n1,a\n-inf,b\n3,a\n4,b\n", "y", "row 2 (line 3), column 'x' holds '-inf'"),
        ("x,y\n1,2\n2,NaN\n", "y", "row 2 (line 3), column 'y' holds 'NaN'; every row needs"),
        ("x,y\n1,a\n2,a\n", "y", "holds 'a' in every row: there is nothing to learn."),
        ("x,y\n1,7\n2,7.0\n", "y", "holds '7' in every row: there is nothing to learn."),
        ("x,y\n1,a\n2,b\n3,c\n", "y", "'y' has 3 classes in 3 rows: too few samples of each"),
        ('x,y\n1,"a\n', "y", "is not a CSV file: unexpected end of data, near line 2."),
        (b"x,y\n1,\xff\n", "y", "is not a text file in UTF-8."),
    ],
)
def test_what_cannot_be_learned_from_is_refused(table, text, target, told):
    with pytest.raises(UsageError) as refusal:
        read_table(table(text), target)
    assert told in str(refusal.value)
    assert "t.csv" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_text_is_refused_where_the_loss_needs_a_number(table):
    with pytest.raises(UsageError, match=r"row 1 \(line 2\), column 'kind' holds 'rose', which is"):
        read_table(table(FLOWERS), "kind", numeric=True)


def test_files_that_are_not_there_or_no_files(tmp_path):
    with pytest.raises(UsageError, match=r"there is no file .*gone\.csv\."):
        read_table(tmp_path / "gone.csv", "y")
    with pytest.raises(UsageError, match=r"cannot be read: Is a directory\."):
        read_table(tmp_path, "y")


@pytest.mark.parametrize("separator", ["|", " "])
def test_other_separators(table, separator):
    told = "columns must be separated by commas, semicolons or tabs; its first line is 'width"
    with pytest.raises(UsageError, match=told):
        read_table(table(FLOWERS.replace(",", separator)), "kind")


@pytest.mark.parametrize("target", ["x", "y"])
def test_numbers_whose_squares_overflow(table, target):
    path = table("x,y\n" + "".join(f"{i}e300,{i}.5\n" for i in range(1, 9)))
    told = r"row 1 \(line 2\), column 'x' holds 1e\+300, which is too large"
    with pytest.raises(UsageError, match=told):
        read_table(path, target, numeric=True)
