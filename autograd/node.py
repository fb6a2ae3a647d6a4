"""The computation graph and the chain rule. Read this file first.

A Node holds a number (`Value`) or an array (`Tensor`) and remembers how it was made: by which
operation, from which inputs. Three functions read that record:

- `history(root)` lists every node that root was made from, youngest first;
- `sweep(root)` walks that list and applies the chain rule, node by node;
- `backward(root)`, the method `.backward()`, stores what the sweep finds in `.grad`.

Why the order matters. A gradient may be passed on only when it is complete, that is, when every
consumer of the node has sent its share. Take a = 2, b = 3 and

    c = a + b      d = a * b      e = c + d      f = c * d      y = e + f

Here c is used twice, by e and by f, and so is d. Youngest first (y, f, e, d, c) finds dy/da = 25
and dy/db = 19. Plain recursion from y visits c once for each use and passes its half-complete
gradient on each time: it finds 29 and 22. Both add; only one waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .errors import lesson
from .state import enable_grad

if TYPE_CHECKING:
    from .op import Op

clock = count(1).__next__
"""Birth numbers: a node is always younger than what it was made from."""


class Node:
    """A number or an array in a graph: its data, its gradient, and how it was made.

    One input sits in `_x`, a second in `_y`; a tuple of inputs sits in `_x` whole. Numbers and
    arrays that are not nodes stay as they are. What few nodes have (static arguments, name, scope,
    hooks, marks) shares the slot `_rare`. Nothing points from a node to its consumers, so there
    are no reference cycles: a graph is freed the moment its root is.
    """

    __slots__ = (
        "__weakref__", "_data", "_rare", "_x", "_y", "born", "grad", "op", "requires_grad",
    )  # fmt: skip

    faces: ClassVar[dict[type, type[Node]]] = {}
    last_change: ClassVar[int] = 0

    _data: Any
    grad: Any
    op: Op | None
    requires_grad: bool

    def __init_subclass__(cls, raw: type | None = None) -> None:
        if raw is not None:
            Node.faces[raw] = cls

    def _remember(
        self, data: Any, op: Op | None = None, x: Any = None, y: Any = None,
        requires_grad: bool = True, rare: dict[str, Any] | None = None,
    ) -> Node:  # fmt: skip
        self._data = data
        self.grad = None
        self.op = op
        self._x = x
        self._y = y
        self.requires_grad = requires_grad
        self._rare = rare
        self.born = clock()
        return self

    @property
    def args(self) -> tuple[Any, ...]:
        """What this node was made from, in order, repeats kept: `a * a` has two."""
        if type(self._x) is tuple:
            return self._x
        if self._y is not None:
            return (self._x, self._y)
        return () if self._x is None else (self._x,)

    @property
    def static(self) -> dict[str, Any]:
        """The arguments of the operation that are not data, such as `axis`."""
        return self._mark("static") or {}

    @property
    def name(self) -> str | None:
        """The name under which messages and pictures show this node."""
        return self._mark("name")

    @name.setter
    def name(self, name: str | None) -> None:
        self._note(name=name)

    @property
    def scope(self) -> str | None:
        """The dotted path of the `scope` blocks this node was made in."""
        return self._mark("scope")

    @property
    def data(self) -> Any:
        """The number or array itself. Assigning new data is noticed by a later backward pass."""
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        self._data = self._as_data(data)
        self._changed()

    def _as_data(self, data: Any) -> Any:
        raise NotImplementedError

    def _mark(self, key: str) -> Any:
        return None if self._rare is None else self._rare.get(key)

    def _note(self, **marks: Any) -> None:
        self._rare = {**(self._rare or {}), **marks}

    def _changed(self) -> None:
        Node.last_change = clock()
        self._note(changed=Node.last_change)

    def zero_grad(self) -> None:
        """Forget the gradient: `grad` is None again, which means "not computed", not zero."""
        self.grad = None

    def register_hook(self, hook: Callable[[Any], Any]) -> Callable[[], None]:
        """Call `hook(gradient)` when this node's gradient is finished; returns its remover.

        What the hook returns, unless None, replaces the gradient before it is used or stored.
        """
        hooks = self._mark("hooks") or []
        self._note(hooks=hooks)
        hooks.append(hook)
        return lambda: hooks.remove(hook)

    def backward(
        self, gradient: Any = None, retain_graph: bool = False, create_graph: bool = False
    ) -> None:
        """Apply the chain rule from here back, and store each node's gradient in its `.grad`.

        gradient: d(result)/d(this node); may be left out where this node is a single number.
        retain_graph: allow another backward pass from this very node.
        create_graph: make the gradients nodes themselves, to be differentiated again.

        Leaves add to the gradient they have (once per pass); all other nodes replace it.

        >>> from autograd import Value
        >>> a = Value(3.0)
        >>> (a * a).backward()
        >>> a.grad
        6.0
        """
        if self._mark("spent"):
            raise lesson("E02", result=self)
        finished = [(node, g) for node, g, _ in sweep(self, gradient, create_graph)]
        refuse_changes([node for node, _ in finished])
        given = set()
        for node, g in finished:
            if node.op is not None:
                node.grad = g
            else:
                # A leaf's gradient is the user's, to change in place: it must be nobody else's.
                shared = type(g) is np.ndarray and (id(g) in given or g.base is not None)
                own = g.copy() if shared else g
                node.grad = own if node.grad is None else node.grad + own
            given.add(id(g))
        if self.op is not None and not (retain_graph or create_graph):
            self._note(spent=True)


def history(root: Node) -> list[Node]:
    """Every node that root was made from, root included, youngest first.

    A node is younger than its inputs, so each one comes before everything it was made from: a
    topological order, found without recursion.
    """
    found = {root}
    nodes = [root]
    for node in nodes:  # which grows while it is read
        for source in node._x if type(node._x) is tuple else (node._x, node._y):
            if isinstance(source, Node) and source not in found:
                found.add(source)
                nodes.append(source)
    nodes.sort(key=attrgetter("born"), reverse=True)
    return nodes


def sweep(
    root: Node, gradient: Any = None, create_graph: bool = False
) -> Iterator[tuple[Node, Any, tuple[tuple[Node, Any], ...]]]:
    """Walk backward from root, yielding (node, its finished gradient, what it sends to each input).

    When a node's turn comes, every consumer has sent its share: the gradient is complete. The
    sweep keeps its gradients to itself and writes on no node. They are floats and arrays, or with
    `create_graph` nodes, for then the rules run on nodes and record what they do.
    """
    gradients = {root: seed(root, gradient, create_graph)}
    for node in history(root):
        g = gradients.pop(node, None)
        if g is None:
            continue
        if node._rare is not None and "hooks" in node._rare:
            g = _after_hooks(node, g)
        sent = () if node.op is None else node.op.pull(g, node, create_graph)
        yield node, g, sent
        for source, share in sent:
            if source in gradients:
                share = total_of(gradients[source], share, create_graph)
            gradients[source] = share


def seed(root: Node, gradient: Any, create_graph: bool) -> Any:
    """The gradient that a sweep starts with: 1 for a single number, else what the caller gives."""
    if not root.requires_grad:
        raise lesson("E03", root=root)
    if gradient is None:
        if np.size(root._data) != 1:
            raise lesson("E01", shape=np.shape(root._data))
        gradient = 1.0 if type(root._data) is float else np.ones_like(root._data)
    given = gradient._data if isinstance(gradient, Node) else gradient
    if np.shape(given) != np.shape(root._data):
        raise lesson("E01b", shape=np.shape(root._data), given=np.shape(given))
    if not create_graph:
        return root._as_data(given)
    if isinstance(gradient, Node):
        return gradient
    return object.__new__(Node.faces[type(root._data)])._remember(root._as_data(given), None, None, None, False)


def refuse_changes(nodes: list[Node]) -> None:
    """Raise E12 if an input's data was assigned after the operation that used it ran.

    nodes: youngest first. The rules need the old data, so the gradient would be silently wrong.
    """
    made = next((node for node in reversed(nodes) if node.op is not None), None)
    if made is None or made.born > Node.last_change:
        return
    for node in nodes:
        for source in node.args:
            if isinstance(source, Node) and (source._mark("changed") or 0) > node.born:
                raise lesson("E12", source=source, consumer=node)


def _after_hooks(node: Node, g: Any) -> Any:
    for hook in node._mark("hooks"):
        replaced = hook(g)
        g = g if replaced is None else replaced
    return g


def total_of(x: Any, y: Any, create_graph: bool) -> Any:
    if create_graph:
        with enable_grad():
            return x + y
    total = x + y
    return total if type(total) is type(x) else np.asarray(total)
