"""Seeing backpropagation: pictures read from the record that `history` and `sweep` give.

- `model.py` reads the record once: which boxes, which edges, which contributions;
- `fold.py` makes a large one small: modules and look-alikes share a box, as `plan.py` says;
- `glance.py` samples its arrays, `heat.py` shows them as cells;
- `plain.py` writes its numbers and arrays in JSON, exactly;
- `brief.py` tells values, gradients and shapes in few signs;
- `draw.py` makes a static picture of it, `cards.py` what stands in its boxes and on its edges;
- `clusters.py` draws open modules as frames around their boxes;
- `run.py` keeps a training run in frames, `plane.py` what a model says of a plane;
- `run_page.py` shows them, with the pictures of `run_panels.py`;
- `steps.py` tells a pass step by step, `play.py` makes a page of it, `filmstrip.py` a picture;
- `theme.py` has its colours for dark pages;
- `render.py` turns a description in Graphviz's language into SVG, PNG or PDF.

Views only read: no node is changed, and a graph that was used up or updated can still be drawn.
"""
