import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Circle

import autograd as ag
import nn
from nn.diagram import THICKEST, THINNEST, network_diagram
from nn.plot import NEGATIVE, POSITIVE


def axes():
    return Figure().add_subplot()


def small():
    """2 inputs, 3 units, 1 output; every weight is another number, and one is 0."""
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Dropout(0.5), nn.Linear(3, 1))
    model[0].weight.data = np.array([[1.0, -2.0], [0.5, 0.0], [-4.0, 3.0]])
    model[3].weight.data = np.array([[2.0, -1.0, 0.25]])
    return model


def units(ax):
    """The circles: all their centres, from left to right and top to bottom."""
    circles = [patch for patch in ax.patches if isinstance(patch, Circle)]
    return [tuple(circle.center) for circle in circles]


def drawn(ax):
    """(from, to) -> (colour, width, solid or not) of every line, by numbers of units."""
    places = {place: i for i, place in enumerate(units(ax))}
    lines = {}
    for collection in ax.collections:
        assert isinstance(collection, LineCollection)
        widths = collection.get_linewidth() if len(collection.get_segments()) else []
        for segment, width in zip(collection.get_segments(), widths, strict=True):
            start, end = map(tuple, segment)
            color = to_hex(collection.get_color()[0]).upper()
            solid = collection.get_linestyle()[0][1] is None
            lines[places[start], places[end]] = (color, float(width), solid)
    return lines


def width(weight, largest=4.0):
    return pytest.approx(THINNEST + (THICKEST - THINNEST) * abs(weight) / largest)


def test_every_weight_is_a_line_whose_colour_dashes_and_width_say_what_it_is():
    lines = drawn(network_diagram(small().eval(), ax=axes()))
    expected = {(0, 2): 1, (1, 2): -2, (0, 3): 0.5, (0, 4): -4, (1, 4): 3}
    expected |= {(2, 5): 2, (3, 5): -1, (4, 5): 0.25}
    assert lines == {
        ends: (POSITIVE if weight > 0 else NEGATIVE, width(weight), weight > 0)
        for ends, weight in expected.items()
    }


def test_dropped_units_are_crossed_out_and_their_lines_are_gone():
    model = small()
    model[2].mask = np.array([[2.0, 2.0, 2.0], [2.0, 0.0, 0.0]])
    ax = network_diagram(model, sample=1, ax=axes())
    assert set(drawn(ax)) == {(0, 2), (1, 2), (2, 5)}
    assert len(units(ax)) == 6
    crosses = {(np.mean(line.get_xdata()), np.mean(line.get_ydata())) for line in ax.lines}
    assert crosses == {units(ax)[3], units(ax)[4]}
    assert [text.get_text() for text in ax.get_legend().get_texts()][-1] == "dropped"


def test_the_mask_is_the_one_the_last_call_used():
    ag.manual_seed(1)
    model = nn.Sequential(nn.Dropout(0.5), nn.Linear(6, 1, bias=False))
    model[1].weight.data = 2.0 ** np.arange(6)[None]
    output = model(np.ones((1, 6))).data.item()
    alive = {start for start, _ in drawn(network_diagram(model, ax=axes()))}
    assert output == sum(2 * 2.0**i for i in alive)
    assert 0 < len(alive) < 6


def test_in_eval_mode_nothing_is_dropped():
    model = small()
    model(np.ones((1, 2)))
    ax = network_diagram(model.eval(), ax=axes())
    assert len(drawn(ax)) == 8
    assert not ax.lines


def test_two_dropouts_in_a_row_drop_what_either_drops():
    model = nn.Sequential(nn.Linear(1, 3), nn.Dropout(0.5), nn.Dropout(0.5), nn.Linear(3, 1))
    model[1].mask, model[2].mask = np.array([0.0, 2.0, 2.0]), np.array([2.0, 2.0, 0.0])
    assert set(drawn(network_diagram(model, ax=axes()))) == {(0, 2), (2, 4)}


def test_networks_of_values_are_drawn_alike():
    values, model = nn.MLP(2, [3, 1]), small()
    state = model.state_dict()
    for i, path in enumerate(["0", "3"]):
        for j, neuron in enumerate(values.layers[i].neurons):
            for w, weight in zip(neuron.weight, state[f"{path}.weight"][j], strict=True):
                w.data = float(weight)
    assert drawn(network_diagram(values, ax=axes())) == drawn(
        network_diagram(model.eval(), ax=axes())
    )


def test_of_large_layers_the_first_and_last_units_are_drawn():
    model = nn.Sequential(nn.Linear(20, 2, bias=False))
    model[0].weight.data = np.stack([np.arange(1.0, 21), -np.arange(1.0, 21)])
    ax = network_diagram(model, inputs=[f"x{i}" for i in range(20)], max_units=4, ax=axes())
    widths = [width(i + 1, 20.0) for i in (0, 1, 18, 19)]
    lines = drawn(ax)
    assert [lines[i, 4][1] for i in range(4)] == widths
    assert [text.get_text() for text in ax.texts] == ["⋮", "20 units", "x0", "x1", "x18", "x19"]
    heights = [y for _, y in units(ax)[:4]]
    assert np.diff(heights).tolist() == [-1, -2, -1]


def test_what_is_not_a_row_of_layers_is_refused():
    for model in (nn.ReLU(), nn.Sequential(nn.Linear(2, 3), nn.Linear(4, 1))):
        with pytest.raises(TypeError, match="no Linear layers, one after the other"):
            network_diagram(model)
