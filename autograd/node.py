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

from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar

from .errors import lesson
from .guard import after_hooks, clock, refuse_changes, seed, settle, stamp, total_of
from .nonfinite import hint_if_not_finite
from .state import DEFAULT, current

if TYPE_CHECKING:
    from .op import Op

state = current.get
kinds: set[type] = set()  # Node's subclasses: `type(x) in kinds` is isinstance(x, Node), but fast


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

    faces: ClassVar[dict[type, type[Node]]] = {}  # float: Value, np.ndarray: Tensor

    _data: Any
    _x: Any
    _y: Any
    _rare: dict[str, Any] | None
    born: int
    grad: Any
    op: Op | None
    requires_grad: bool

    def __init_subclass__(cls, raw: type | None = None) -> None:
        kinds.add(cls)
        if raw is not None:
            Node.faces[raw] = cls

    def _leaf(self, data: Any, requires_grad: bool) -> Any:
        """Fill in a node that was made from nothing."""
        self.grad = self.op = self._x = self._y = self._rare = None
        self._data = data
        self.requires_grad = requires_grad
        self.born = clock()
        return self

    def _result(
        self, data: Any, tracked: bool, op: Op, x: Any, y: Any = None, rare: Any = None
    ) -> Any:
        """Fill in a node that op made of x and y. It remembers them if tracked, or in a trace."""
        now = state()
        if now is not DEFAULT:
            tracked = tracked and now.recording
            if now.scope is not None:
                rare = now.scope if rare is None else {**rare, **now.scope}
            if now.anomaly is not None:
                rare = now.anomaly.made(op, data, x, y, rare)
        if not (tracked or now.tracing):
            self._leaf(data, False)
            self._rare = op.untracked if now.recording else op.unrecorded
            return self
        self._data = data
        self.grad = None
        self.op = op
        self._x = x
        self._y = y
        self.requires_grad = tracked
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
        return {} if self._rare is None else self._rare.get("static", {})

    def _mark(self, key: str) -> Any:
        return None if self._rare is None else self._rare.get(key)

    def _note(self, **marks: Any) -> None:
        self._rare = marks if self._rare is None else {**self._rare, **marks}

    def _changed(self) -> None:
        stamp([self])

    def backward(
        self, gradient: Any = None, retain_graph: bool = False, create_graph: bool = False
    ) -> None:
        """Apply the chain rule from here back, and store each node's gradient in its `.grad`.

        gradient: d(result)/d(this node); may be left out where this node is a single number.
        retain_graph: allow another backward pass from this very node.
        create_graph: make the gradients nodes themselves, to be differentiated again.

        A leaf adds the pass's gradient to the one it has; every other node replaces its own.
        Raises E01 (not a single number), E02 (a second pass), E03 (nothing to compute), E12 (data
        changed since).

        >>> from autograd import Value
        >>> a = Value(3.0)
        >>> (a * a).backward()
        >>> a.grad
        6.0
        """
        if self._mark("spent"):
            raise lesson("E02", result=self)
        start = seed(self, gradient, create_graph)
        nodes = history(self)
        refuse_changes(nodes)
        if gradient is None:
            hint_if_not_finite(self, nodes)
        before = [(node, node.grad) for node in nodes if node.op is None]
        for node in nodes:
            node.grad = None
        try:
            now = state()
            if now.saver is not None and not create_graph:
                now.saver(nodes, start, retain_graph)
            elif create_graph or now.anomaly is not None:
                for node, g, _ in sweep(self, start, create_graph):
                    node.grad = g
            else:
                sweep_in_slots(nodes, start)
        except BaseException:
            for leaf, old in before:
                leaf.grad = old
            raise
        settle(before, nodes, create_graph)
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
        x, y = node._x, node._y
        if type(x) in kinds and x not in found:
            found.add(x)
            nodes.append(x)
        if type(y) in kinds and y not in found:
            found.add(y)
            nodes.append(y)
        if type(x) is tuple:
            for source in x:
                if type(source) in kinds and source not in found:
                    found.add(source)
                    nodes.append(source)
    nodes.sort(key=attrgetter("born"), reverse=True)
    return nodes


def sweep(
    root: Node, gradient: Any = None, create_graph: bool = False, since: int = 0
) -> Iterator[tuple[Node, Any, Sequence[tuple[Node, Any]]]]:
    """Walk backward from root, yielding (node, its finished gradient, what it sends to each input).

    When a node's turn comes, every consumer has sent its share: the gradient is complete. The
    sweep keeps its gradients to itself and writes on no node. They are floats and arrays, or with
    `create_graph` nodes, for then the rules run on nodes and record what they do. Nodes born
    before `since` are sent their shares, but not walked.
    """
    watch = state().anomaly
    gradients = {root: seed(root, gradient, create_graph)}
    for node in history(root):
        if node.born < since:
            return
        if node not in gradients:
            continue
        g = after_hooks(node, gradients.pop(node))
        sent = () if node.op is None else node.op.pull(g, node, create_graph)
        if watch is not None:
            watch.passed(node, g, sent)
        yield node, g, sent
        for source, share in sent:
            if source in gradients:
                share = total_of(gradients[source], share, create_graph)
            gradients[source] = share


def sweep_in_slots(nodes: list[Node], start: Any) -> None:
    """`sweep` over nodes, youngest first, its gradients kept in `.grad`: the same in less time."""
    nodes[0].grad = start
    for node in nodes:
        g = node.grad
        if g is None:
            continue
        if node._rare is not None and "hooks" in node._rare:
            node.grad = g = after_hooks(node, g)
        if node.op is not None:
            for source, share in node.op.pull(g, node):
                old = source.grad
                source.grad = share if old is None else total_of(old, share, False)
