"""Seeing backpropagation: views that are read from the record that `history` and `sweep` give.

The model
- `model.py` reads the record once: which boxes, which edges, which contributions;
- `fold.py` makes a large one small: modules and look-alikes share a box, as `plan.py` says;
- `glance.py` samples its arrays, `plain.py` writes its numbers and arrays in JSON, exactly;
- `brief.py` tells values, gradients and shapes in few signs.

The picture
- `draw.py` describes it, `cards.py` what stands in its boxes and on its edges, `heat.py` cells of
  arrays, `clusters.py` open modules as frames around their boxes;
- `drawn.py` saves it as what a file's name asks for;
- `render.py` turns a description in Graphviz's language into SVG, PNG or PDF, `theme.py` has its
  colours for dark pages;
- `last.py` finds what to draw after an error.

The chain rule in words
- `words.py` names nodes, gradients and products; `explain.py` tells a derivation with them.

The page to step through
- `steps.py` tells a pass step by step, the wrong ways too, `paths.py` the products along all paths;
- `layout.py` places boxes and curves, `scene.py` makes all that the script in `page` shows;
- `webpage.py` is a page in one piece of HTML, `play.py` the one with a graph in it;
- `overview.py` is what `play` shows of a graph that is too large: modules open by a click;
- `filmstrip.py` draws some of its steps side by side, as one picture;
- `compare.py` sets two graphs side by side and marks what differs.

The training run to scrub through
- `run.py` keeps it in frames, `plane.py` what a model says of a plane;
- `run_page.py` shows them, with the pictures of `run_panels.py`.

Views only read: no node is changed, and a graph that was used up or updated can still be drawn.
"""
