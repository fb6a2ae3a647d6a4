"""Which nodes of a large graph share a box: by module, and where none is known, by likeness.

A plan maps nodes to groups; what it leaves out is drawn node by node. Up to 60 boxes nothing is
folded. Beyond that modules close, the innermost first, until the picture is seen at a glance; if
what lies outside of all modules is still too much, nodes that are computed alike share a box; as a
last resort, all nodes of the same operation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from itertools import groupby
from typing import Any, NamedTuple

from ..data import shape_of
from ..errors import lesson
from ..node import Node
from .model import kind_of, printable, scope_of, size

FOLD_ABOVE = 60  # boxes: up to here a graph is drawn node by node
GLANCE = 20  # boxes: modules open further only in a picture this small
ROLL_UP = 3  # so many identical neighbours, such as the blocks of a transformer, share a box


class Group(NamedTuple):
    """Nodes that share a box.

    kind: "module" or "group". name: the module's path, or the operation. row: of identical modules
    in a row, the path without its number. place: tells groups of one name apart.
    """

    kind: str
    name: str
    row: str = ""
    place: int = 0


Plan = dict[Node, Group]
Tally = Counter[tuple[str, str, tuple[int, ...]]]  # how many nodes of each scope, op and shape


class Wish(NamedTuple):
    """What the reader asked to see: paths to open and to close, and how many levels are open."""

    expand: tuple[str, ...] = ()
    collapse: tuple[str, ...] = ()
    depth: int | None = None


def plan(nodes: list[Node], most: int, wish: Wish) -> Plan:
    """The plan that shows the most in at most so many boxes; the coarsest, if all have more.

    nodes: oldest first. Raises E26p for paths that no module has, and for a negative depth.
    """
    tally = Counter(
        (scope_of(node) or "", printable(node.op.name), shape_of(node._data))
        for node in nodes
        if node.op is not None
    )
    scopes = {scope for scope, _, _ in tally if scope}
    require_paths(scopes, wish)
    deepest = max([len(levels(scope)) for scope in scopes], default=0)
    if size(nodes) > FOLD_ABOVE:
        deepest = max(deepest - 1, 0)  # the innermost modules are closed
    depths = range(deepest, -1, -1) if wish.depth is None else [wish.depth]
    depth, found = first_fit(nodes, tally, most, wish._replace(expand=()), depths)
    if wish.expand:  # what is opened by hand comes on top
        depth, found = first_fit(nodes, tally, most, wish._replace(depth=depth), [depth])
    return found


def first_fit(
    nodes: list[Node], tally: Tally, most: int, wish: Wish, depths: Iterable[int]
) -> tuple[int, Plan]:
    """The first plan that fits, or else the last, and how many levels of modules it opens.

    Where the reader did not choose the depth, it is the deepest that can be seen at a glance.
    """
    for likeness in (None, "alike", "operation"):
        for depth in depths:
            groups = modules(tally, wish._replace(depth=depth))
            alone = sum(n for (scope, _, _), n in tally.items() if scope not in groups)
            if likeness is None and alone > most:
                continue
            found = planned(nodes, groups, likeness)
            chosen = depth == wish.depth or size(nodes) <= FOLD_ABOVE
            if visible(nodes, found) <= (most if chosen or depth == 0 else min(GLANCE, most)):
                return depth, found
    return depth, found


def modules(tally: Tally, wish: Wish) -> dict[str, Group]:
    """The group of each scope that is closed; identical neighbours share one."""
    closed = {scope: path for scope, _, _ in tally if (path := closed_path(scope, wish))}
    inside: dict[str, Tally] = {}
    for (scope, op, shape), count in tally.items():
        if scope in closed:
            path = closed[scope]
            inside.setdefault(path, Counter())[scope.removeprefix(path), op, shape] += count
    found = {path: Group("module", path) for path in inside}
    rows = groupby(inside, key=lambda path: (stem(path), path in wish.collapse, inside[path]))
    for (before, chosen, _), row in rows:
        paths = list(row)
        if before and not chosen and len(paths) >= ROLL_UP:
            first, last = (path.removeprefix(before) for path in (paths[0], paths[-1]))
            together = Group("module", f"{before}{first}–{last}", row=before)
            found.update(dict.fromkeys(paths, together))
    return {scope: found[path] for scope, path in closed.items()}


def closed_path(scope: str, wish: Wish) -> str | None:
    """The outermost module around scope that is closed; None if all are open."""
    for level, path in enumerate(levels(scope)):
        opened = any(inner == path or inner.startswith(f"{path}.") for inner in wish.expand)
        if path in wish.collapse or not (opened or level < (wish.depth or 0)):
            return path
    return None


@cache
def levels(scope: str) -> tuple[str, ...]:
    """The paths of the modules around scope, outermost first: "Net", "Net.blocks.0", ...

    A number belongs to the list before it, unless that is the outermost module itself.
    """
    parts = scope.split(".") if scope else []
    ends = [
        i
        for i in range(1, len(parts) + 1)
        if i == len(parts) or i == 1 or not parts[i].isdecimal() or parts[i - 1].isdecimal()
    ]
    return tuple(".".join(parts[:i]) for i in ends)


def stem(path: str) -> str:
    """The path up to the number at its end; "" if there is no number."""
    before, _, last = path.rpartition(".")
    return f"{before}." if last.isdecimal() else ""


def planned(nodes: list[Node], groups: dict[str, Group], likeness: str | None) -> Plan:
    """The group of every node that shares a box. The root, nodes[-1], always has its own."""
    found: Plan = {}
    classes: dict[Any, Group] = {}
    for node in nodes[:-1]:
        if node.op is None:
            continue
        group = groups.get(scope_of(node) or "")
        if group is None and likeness == "operation":
            group = Group("group", printable(node.op.name))
        elif group is None and likeness == "alike":
            group = joined_run(node, found) or alike(node, found, classes)
        if group is not None:
            found[node] = group
    if likeness is not None:
        members = Counter(found.values())
        found = {n: at for n, at in found.items() if at.kind == "module" or members[at] > 1}
    place_leaves(nodes, found, likeness)
    members = Counter(found.values())
    return {node: group for node, group in found.items() if members[group] > 1}


def joined_run(node: Node, found: Plan) -> Group | None:
    """The group of an operand made by the same operation: a sum of many terms is one box."""
    for arg in node.args:
        if (
            isinstance(arg, Node)
            and arg.op is node.op
            and shape_of(arg._data) == shape_of(node._data)
        ):
            group = found.get(arg)
            if group is not None and group.kind == "group":
                return group
    return None


def alike(node: Node, found: Plan, classes: dict[Any, Group]) -> Group:
    """One group for all nodes of one operation and shape whose operands are in the same groups."""
    assert node.op is not None
    operands = tuple(operand_class(arg, found) for arg in node.args)
    key = (node.op.name, shape_of(node._data), operands)
    if key not in classes:
        classes[key] = Group("group", printable(node.op.name), place=len(classes))
    return classes[key]


def operand_class(arg: Any, found: Plan) -> Any:
    """What counts of an operand when operations are compared: leaves only by kind and shape."""
    if not isinstance(arg, Node):
        return "constant"
    return found.get(arg) or (kind_of(arg), shape_of(arg._data))


def place_leaves(nodes: list[Node], found: Plan, likeness: str | None) -> None:
    """Put parameters into the only group that reads them; the other leaves of many together.

    Leaves that do not learn are a network's input, and stay in sight as long as they are few.
    """
    readers: dict[Node, set[Group | int]] = {}
    together: dict[Any, Group] = {}
    for node in nodes:
        place = found.get(node) or node.born
        for arg in node.args:
            if isinstance(arg, Node) and arg.op is None:
                readers.setdefault(arg, set()).add(place)
    for leaf, places in readers.items():
        first = next(iter(places))
        if len(places) == 1 and isinstance(first, Group) and leaf.requires_grad:
            found[leaf] = first
        elif likeness is not None:
            key = (kind_of(leaf), shape_of(leaf._data), frozenset(places))
            found[leaf] = together.setdefault(key, Group("group", key[0], place=len(together)))


def visible(nodes: list[Node], found: Plan) -> int:
    """How many boxes the plan leaves, constants included."""
    return size([node for node in nodes if node not in found]) + len(set(found.values()))


def require_paths(scopes: set[str], wish: Wish) -> None:
    """Refuse a path in `expand` or `collapse` that no module has, and a depth below 0."""
    known = {path for scope in scopes for path in levels(scope)}
    for path in (*wish.expand, *wish.collapse):
        if path not in known:
            shown = sorted(known)[:8]
            listed = ", ".join(shown) + (", ..." if len(known) > len(shown) else "")
            modules = f"the paths here are: {listed}" if known else "there are no modules here"
            fix = f'draw(loss, expand=["{shown[0]}"])' if known else "draw(loss)"
            raise lesson("E26p", what=f"no module has the path {path!r}; {modules}", fix=fix)
    if wish.depth is not None and wish.depth < 0:
        what = f"depth={wish.depth} is no number of levels to open"
        raise lesson("E26p", what=what, fix="draw(loss, depth=0)")
