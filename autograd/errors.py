"""Every message in one place: what happened, why, and the line to write instead.

    raise lesson("E01", shape=(32, 10))

builds the exception for a code of the table below; its words are filled with the facts given.
Exceptions are subclasses of Python's own, so `except ValueError` still works.
"""

from __future__ import annotations

import re
from textwrap import fill
from typing import Any, NamedTuple


class GraphError(RuntimeError):
    """The graph cannot do what was asked of it."""


class ShapeError(ValueError):
    """Shapes do not fit together."""


class DataError(ValueError):
    """Data that cannot be computed with, such as text or ragged rows."""


class KindError(TypeError):
    """The wrong kind of thing, such as a class where an object is needed."""


class GradcheckError(AssertionError):
    """A gradient disagrees with finite differences."""


class Hint(UserWarning):
    """Something legal that is probably not meant."""


class Lesson(NamedTuple):
    """One row of the table: exception type and the words, with {facts} to fill in."""

    kind: type[Exception]
    what: str
    why: str
    fix: str
    see: str = ""


LESSONS = {
    "E01": Lesson(
        GraphError,
        "backward() needs a single number to start from, but this Tensor has shape {shape}.",
        "a gradient is d(one number)/d(each input). PyTorch would say: grad can be implicitly "
        "created only for scalar outputs.",
        "loss = y.mean(); loss.backward()   or   y.backward(gradient) with y's shape",
        "notebook 01",
    ),
    "E01b": Lesson(
        ShapeError,
        "the gradient given to backward() has shape {given}, but the node has shape {shape}.",
        "each entry of the result needs its own share of the gradient.",
        "y.backward(np.ones({shape}))",
        "notebook 01",
    ),
    "E01c": Lesson(
        ShapeError,
        "{node} has shape {shape}, but its gradient has shape {given}.",
        "a gradient has one entry for each number that it is the derivative with respect to.",
        "w.grad = gradient.reshape(w.shape)   or let backward() compute it",
        "notebook 01",
    ),
    "E01d": Lesson(
        ShapeError,
        "{name}: the direction v has shape {v}, but x has shape {x}.",
        "v says how fast each number of x moves, so it has one entry for each.",
        "v = np.ones_like(x)",
        "notebook 14",
    ),
    "E01g": Lesson(
        GraphError,
        "grad needs a function that returns one number, but what this one returned has shape "
        "{shape}. Try jacobian or elementwise_grad.",
        "several numbers have a gradient each; together they are the Jacobian. PyTorch would say: "
        "grad can be implicitly created only for scalar outputs.",
        "jacobian(f)(x)   or   elementwise_grad(f)(x) if f works entry by entry",
        "notebook 14",
    ),
    "E02": Lesson(
        GraphError,
        "backward() already ran on this graph (result {result}).",
        "a second pass would add the same gradients to the leaves again. PyTorch would say: Trying "
        "to backward through the graph a second time.",
        "re-run the cell that builds the loss, or backward(retain_graph=True) to accumulate",
        "notebook 02",
    ),
    "E03": Lesson(
        GraphError,
        "nothing upstream of {root} has requires_grad=True, so there is no gradient to compute: "
        "{cause}.",
        "only leaves that ask for a gradient, and what is computed from them while recording, "
        "take part in backward(). PyTorch would say: element 0 of tensors does not require grad.",
        "w = Tensor(data, requires_grad=True)   before computing with it, outside no_grad()",
        "notebook 02",
    ),
    "E03b": Lesson(
        GraphError,
        "{source} is not upstream of the outputs, so there is no gradient with respect to it.",
        "only what the outputs were computed from, while recording, can have a part in them. "
        "PyTorch would say: one of the differentiated Tensors appears to not have been used.",
        "compute the outputs from this very node, which must track gradients",
        "notebook 02",
    ),
    "E04": Lesson(
        Hint,
        "gradients were not reset between this step() and the one before: they are being summed.",
        "backward() adds to the gradients that are there. Never resetting them is momentum = 1: a "
        "ball without friction.",
        "optimizer.zero_grad()   before   loss.backward()   (or accumulate=True, if it is meant)",
        "notebook 04",
    ),
    "E05": Lesson(
        ShapeError,
        "cannot multiply {a} @ {b}: inner sizes {inner_a} and {inner_b} differ.",
        "each row of the left is summed against each column of the right, so they must be equally "
        "long. PyTorch would say: mat1 and mat2 shapes cannot be multiplied.",
        "{fix}",
        "notebook 06",
    ),
    "E05b": Lesson(
        ShapeError,
        "einsum({subscripts!r}): {what}.",
        "each operand has one letter for each of its axes, and a letter has one length everywhere.",
        'einsum("ij,jk->ik", x, y)   multiplies two matrices',
        "notebook 06",
    ),
    "E06": Lesson(
        ShapeError,
        "layer {layer} expected {expected} features in the last axis, got input of shape {shape}.",
        "each output is a weighted sum with one weight per feature. PyTorch would say: mat1 and "
        "mat2 shapes cannot be multiplied.",
        "{fix}",
        "notebook 06",
    ),
    "E06c": Lesson(
        ShapeError,
        "{layer} takes input of shape {takes}, got {shape}.",
        "axis 0 counts the samples and axis 1 the channels, each of which is treated as one.",
        "{fix}",
        "notebook 12",
    ),
    "E06s": Lesson(
        ShapeError,
        "{layer} takes input whose last axes are {expected}, got shape {shape}.",
        "it takes the mean over those axes, and has one weight for each of their entries.",
        "{fix}",
        "notebook 13",
    ),
    "E07": Lesson(
        ShapeError,
        "{loss}: prediction {prediction} and target {target} {clash}.",
        "{why}",
        "{fix}",
        "notebook 05",
    ),
    "E08": Lesson(
        ShapeError,
        "{loss} expects class indices of shape {shape}, whole numbers 0..{last}; got a "
        "target of shape {target}.",
        "the target says which class is right; the loss looks its score up by index.",
        "{fix}",
        "notebook 05",
    ),
    "E09": Lesson(
        DataError,
        "{what}",
        "labels are the indices 0..C-1 of the C classes: whole numbers, starting at 0.",
        "{fix}",
        "notebook 05",
    ),
    "E09e": Lesson(
        DataError,
        "{layer}: {what}.",
        "the input says which rows of the table to take: whole numbers 0..{last}. PyTorch would "
        "say: index out of range in self.",
        "{fix}",
        "notebook 13",
    ),
    "E10": Lesson(
        Hint,
        "every row of the input is >= 0 and sums to 1: it looks as if softmax was already applied. "
        "CrossEntropyLoss wants raw scores; with probabilities it cannot go below {floor:.4f} for "
        "{classes} classes.",
        "the loss takes the softmax itself: of a 1 and {others} zeros it is e / (e + {others}), at "
        "best, and no 1.",
        "nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, {classes}))   no softmax",
        "notebook 05",
    ),
    "E10b": Lesson(
        Hint,
        "the input was made by a sigmoid. BCEWithLogitsLoss wants raw scores; with probabilities "
        "it cannot go below 0.3133 where the target is 1, or 0.6931 where it is 0.",
        "the loss takes the sigmoid itself: of a number from 0 to 1 it is between 0.5 and 0.7311.",
        "loss = nn.BCELoss()   takes probabilities; stabler: leave out the last sigmoid",
        "notebook 05",
    ),
    "E11": Lesson(
        DataError,
        "BCELoss needs probabilities in [0, 1]; got values in [{low:.4g}, {high:.4g}].",
        "the loss takes log(p) and log(1 - p), which exist only between 0 and 1.",
        "loss = nn.BCEWithLogitsLoss()   takes raw scores and applies the sigmoid itself",
        "notebook 05",
    ),
    "E12": Lesson(
        GraphError,
        "{source} was changed after it was used in {consumer}; its old value is needed for the "
        "gradient.",
        "the chain rule multiplies by local derivatives at the numbers of the forward pass. "
        "PyTorch would say: one of the variables needed for gradient computation has been "
        "modified by an inplace operation.",
        "h = h * mask   instead of changing h in place; or compute the loss again, then backward()",
        "notebook 02",
    ),
    "E12c": Lesson(
        GraphError,
        "{source} was written to through its raw array after it was used in {consumer}, made in "
        "{line}.",
        "the chain rule multiplies by local derivatives at the numbers of the forward pass. "
        "PyTorch would say: one of the variables needed for gradient computation has been "
        "modified by an inplace operation.",
        "with no_grad(): h *= 2   or h.data = ..., which are noticed; h = h * 2 is recorded",
        "notebook 02",
    ),
    "E12s": Lesson(
        KindError,
        "t[...] = value would change {tensor} in place, and a Tensor cannot be changed in parts.",
        "what was computed from the old entries would no longer fit them. PyTorch would say: a "
        "view of a leaf Variable that requires grad is being used in an in-place operation.",
        "t = where(mask, value, t)   with mask True at the entries to replace",
        "notebook 02",
    ),
    "E13": Lesson(
        GraphError,
        "{leaf} {symbol}= ... is an update step; recorded, it would make {leaf} the result of a "
        "computation, no longer the leaf that learns.",
        "updates are not part of the function whose gradient is taken. PyTorch would say: a leaf "
        "Variable that requires grad is being used in an in-place operation.",
        "with no_grad(): {leaf} {symbol}= ...   or an optimizer's step()",
        "notebook 01",
    ),
    "E14": Lesson(
        KindError,
        "{dtype} numbers cannot have gradients: you cannot nudge 3 by 0.001.",
        "a derivative asks what an arbitrarily small change does. PyTorch would say: only Tensors "
        "of floating point dtype can require gradients.",
        "Tensor([1., 2.], requires_grad=True)   with decimal points, or dtype=float",
        "notebook 06",
    ),
    "E15": Lesson(
        DataError,
        "this Tensor has {size} values: {question}",
        "one answer for many numbers is ambiguous.",
        "{fix}",
        "notebook 06",
    ),
    "E15b": Lesson(
        KindError,
        "{loss} was given data when it was built; it takes predictions and targets when called.",
        "a loss is first built, with its options, and then used, as often as you like.",
        "criterion = nn.{loss}(); loss = criterion(prediction, target)",
        "notebook 05",
    ),
    "E15c": Lesson(
        KindError,
        "nn.{layer} was given data when it was built; it takes data when it is called.",
        "a layer is first built, with its options, and then used, as often as you like.",
        "nn.{layer}()(x)",
        "notebook 11",
    ),
    "E15h": Lesson(
        Hint,
        "{layer}: with inplace=True, too, the result is a new array, and x stays as it is.",
        "the graph keeps what it was computed from. The result and its gradients are the same.",
        "leave inplace out; it saves memory in PyTorch only",
        "notebook 11",
    ),
    "E16": Lesson(
        KindError,
        "{function} is not an operation of this library, so the gradient would stop here.",
        "only operations with a derivative rule can be recorded.",
        "{fix}",
        "notebook 03",
    ),
    "E16d": Lesson(
        KindError,
        "{function} of {node}, which tracks gradients: the other library would compute without "
        "the graph, and the gradient would stop there.",
        "only operations of this library are recorded. PyTorch would say: Can't export tensors "
        "that require gradient, use tensor.detach().",
        "{function}(t.detach())",
        "notebook 06",
    ),
    "E16h": Lesson(
        Hint,
        "{function} of {node} gives a plain number, so the gradient stops here. (math.exp(t) and "
        "its like call {function} too.)",
        "only operations of this library are recorded.",
        "t.exp() instead of math.exp(t); t.item() where a plain number is meant",
        "notebook 03",
    ),
    "E17": Lesson(
        Hint,
        "the model is in training mode inside no_grad(): {layer} {act}, so results change from "
        "call to call.",
        "what is computed without gradients is for use, not for learning, and in use a model is to "
        "give the same answer twice.",
        "model.eval()   before, and model.train() afterwards",
        "notebook 09",
    ),
    "E18": Lesson(
        DataError,
        "the optimizer received no parameters{detail}.",
        "it updates what it is given when it is built, and a generator can be read only once.",
        "optimizer = optim.SGD(model.parameters(), lr=0.1)",
        "notebook 08",
    ),
    "E18b": Lesson(
        DataError,
        "{what}.",
        "an optimizer remembers something for each number of each parameter it was built with.",
        "optimizer = optim.SGD(model.parameters(), lr=0.1)   after the model has its final shape",
        "notebook 08",
    ),
    "E18h": Lesson(
        Hint,
        "{node}, given to the optimizer, does not ask for a gradient and would never change.",
        "an optimizer updates what has a gradient, and a Tensor has none unless it asks for it.",
        "Tensor(data, requires_grad=True)",
        "notebook 08",
    ),
    "E18m": Lesson(
        DataError,
        "the optimizer received no parameters: {model} has none.\n{findings}.",
        "parameters are a model's attributes: nn.Parameter, Value, modules, lists of them.",
        "self.layer = nn.Linear(2, 3)   in   def __init__(self):",
        "notebook 08",
    ),
    "E19": Lesson(
        DataError,
        "lr must be positive; got {lr}.",
        "the minus sign is already in the rule w <- w - lr * gradient.",
        "optim.SGD(parameters, lr=0.1)",
        "notebook 04",
    ),
    "E19b": Lesson(
        DataError,
        "{option} must be {allowed}; got {value}.",
        "outside these bounds the update rule does not approach a minimum.",
        "{fix}",
        "notebook 08",
    ),
    "E19h": Lesson(
        Hint,
        "lr = {lr}: {effect}.",
        "an update is old - learning rate x gradient.",
        "optim.SGD(parameters, lr=0.1)",
        "notebook 04",
    ),
    "E20": Lesson(
        DataError,
        "{what}",
        "an iteration is one update from one batch; an epoch has ceil(samples / batch size) of "
        "them.",
        "{fix}",
        "notebook 07",
    ),
    "E20h": Lesson(
        Hint,
        "batch_size={batch_size} is more than the {samples} samples there are: every epoch will be "
        "one iteration of all of them.",
        "that is batch gradient descent.",
        "DataLoader(X, y, batch_size=None)   says the same",
        "notebook 07",
    ),
    "E20s": Lesson(
        DataError,
        "{what}.",
        "a model is judged on samples it has not learned from, so both parts need some.",
        "train_test_split(X, y, test_size=0.25)",
        "notebook 09",
    ),
    "E21": Lesson(
        GraphError,
        "op {op!r} made {bad} from {inputs}; in {line}",
        "nan and inf spread: whatever is computed from them, and every gradient, is lost.",
        "{fix}",
        "notebook 04",
    ),
    "E21g": Lesson(
        GraphError,
        "the gradient that op {op!r} sends to {source} is {bad}; {node} was made in {line}",
        "its local derivative does not exist at these numbers, as that of sqrt at 0. PyTorch would "
        "say: Function returned nan values in its 0th output.",
        "keep the input away from there: (x + 1e-12).sqrt()",
        "notebook 04",
    ),
    "E21h": Lesson(
        Hint,
        "{root} is {value}. The first non-finite value appeared in {where}.",
        "nan and inf spread: whatever is computed from them, and every gradient, is lost.",
        "{fix}",
        "notebook 04",
    ),
    "E21n": Lesson(
        GraphError,
        "the norm of order {norm_type} of all gradients is {total}, so they cannot be clipped.",
        "scaling makes a long vector short, but no factor makes nan or inf a number again. PyTorch "
        "would say: the total norm for gradients is non-finite, so it cannot be clipped.",
        "with detect_anomaly(): loss.backward()   names the operation that it came from",
        "notebook 04",
    ),
    "E21t": Lesson(
        GraphError,
        "{what} in epoch {epoch}; the losses before it: {losses}. {cause}.",
        "one step from here would make every parameter nan, and nothing could be learned any more.",
        "{fix}",
        "notebook 04",
    ),
    "E22": Lesson(
        GraphError,
        "no parameter has a gradient yet, so step() would change nothing.",
        "an update is old - learning rate x gradient, and backward() computes the gradient. If it "
        "was called, this optimizer holds other parameters than the model that was trained.",
        "loss.backward()   before   optimizer.step(), or run the cell that builds the optimizer",
        "notebook 01",
    ),
    "E22b": Lesson(
        GraphError,
        "compare('{name}', ...): the node has no gradient yet to compare with.",
        "backward() computes the gradients, of every node that the loss was made from.",
        "loss.backward()   before   compare('{name}', mine, node)",
        "notebook 03",
    ),
    "E23": Lesson(
        DataError,
        "{what}.",
        "an array has equally long rows of plain numbers.",
        "{fix}",
        "notebook 06",
    ),
    "E24": Lesson(
        KindError,
        "{what}.",
        "{why}.",
        "{fix}",
        "notebook 11",
    ),
    "E24b": Lesson(
        DataError,
        "{what}.",
        "{why}.",
        "{fix}",
        "notebook 11",
    ),
    "E24c": Lesson(
        ShapeError,
        "the state does not fit this {module}:\n{misfits}",
        "each parameter is found by its path and keeps its shape. PyTorch would say: Error(s) in "
        "loading state_dict.",
        "{fix}",
        "notebook 11",
    ),
    "E25": Lesson(
        GraphError,
        "there is nothing to draw the picture with: the package pygraphviz cannot be imported, and "
        "the program dot is not on the PATH.",
        "laying out a graph is Graphviz's work, and pygraphviz carries Graphviz with it.",
        "pip install pygraphviz   or print(draw(loss)), which shows the graph as text",
        "notebook 02",
    ),
    "E26": Lesson(
        KindError,
        "draw() was given {kind} data, which does not know how it was made.",
        "a picture shows what one Value or Tensor was computed from.",
        "draw(loss)   with the node itself, not loss.data or loss.item()",
        "notebook 02",
    ),
    "E26b": Lesson(
        DataError,
        "{what}.",
        "pictures run from left to right or from top to bottom, are light or dark, and the ending "
        "of a file's name says which kind of picture is in it.",
        "{fix}",
        "notebook 02",
    ),
    "E26c": Lesson(
        KindError,
        "play() cannot compare {kinds}.",
        "two graphs are compared, each of them a node, or what draw or play made of one.",
        "before = play(loss); optimizer.step(); ...; play(before, loss)",
        "notebook 02",
    ),
    "E26f": Lesson(
        DataError,
        "{what}.",
        "a filmstrip shows n steps of one way through a graph side by side, each with all boxes.",
        "{fix}",
        "notebook 02",
    ),
    "E26j": Lesson(
        DataError,
        "this text is not a graph that was saved as JSON ({what}).",
        "a saved graph names its format and version, and every part in it has a known field.",
        'draw(loss).save("graph.json")   writes one; Graph.from_json(path.read_text()) reads it',
        "notebook 02",
    ),
    "E26l": Lesson(
        GraphError,
        "last_graph(): no operation on nodes has failed so far.",
        "it shows how far a forward pass came before an error ended it.",
        "draw(autograd.last_graph())   in the cell after the one that raised an error",
        "notebook 02",
    ),
    "E26m": Lesson(
        DataError,
        "max_nodes={max_nodes} leaves no room for a picture.",
        "max_nodes is the largest number of boxes in a picture; a larger graph is folded.",
        "draw(loss)   or a larger limit: draw(loss, max_nodes=1000)",
        "notebook 02",
    ),
    "E26p": Lesson(
        DataError,
        "{what}.",
        "large graphs are folded by module: expand and collapse name modules by their dotted path, "
        "and depth counts how many levels of them are open.",
        "{fix}",
        "notebook 02",
    ),
    "E26r": Lesson(
        DataError,
        "{what}.",
        "play(run) shows one frame after another in one picture, which has a place for each "
        "parameter, each layer and each point of the plane.",
        "{fix}",
        "notebook 08",
    ),
    "E26v": Lesson(
        KindError,
        "{view}() was given {kind} data, which does not know how it was made.",
        "a view shows what one Value or Tensor was computed from.",
        "{view}(loss)   with the node itself, not loss.data or loss.item()",
        "notebook 02",
    ),
    "E27": Lesson(
        DataError,
        "{what}.",
        "a safetensors file holds named arrays of numbers, and nothing else.",
        "{fix}",
        "notebook 11",
    ),
    "E27c": Lesson(
        DataError,
        "{what}.",
        "a run can only go on as it was from all of its state: model, optimizer, schedule, "
        "batches, random numbers.",
        "{fix}",
        "notebook 11",
    ),
    "E27f": Lesson(
        FileNotFoundError,
        "there is no folder {folder} to save {name} in.",
        "a file is written beside its place and then put there, so the folder must exist before.",
        "Path(path).parent.mkdir(parents=True)   before saving",
        "notebook 11",
    ),
    "E27m": Lesson(
        FileNotFoundError,
        "there is no file {path}.",
        "a path that does not begin with / starts from the current folder, {folder}.",
        "give the path that the file was saved under",
        "notebook 11",
    ),
    "E28": Lesson(
        ShapeError,
        "{function} takes square matrices, (..., n, n); got shape {shape}.",
        "only a matrix with as many rows as columns maps a space to itself. PyTorch would say: A "
        "must be batches of square matrices.",
        "svd(x)   factors matrices of any shape",
        "notebook 06",
    ),
    "E28b": Lesson(
        DataError,
        "{what}.",
        "{why}.",
        "{fix}",
        "notebook 06",
    ),
    "E29": Lesson(
        ShapeError,
        "{what}: this does not fit.",
        "a window is a block of neighbouring entries that slides along its axes, whole.",
        "{fix}",
        "notebook 06",
    ),
    "E31": Lesson(
        GraphError,
        "{function}: {what}.",
        "{why}.",
        "{fix}",
        "notebook 14",
    ),
    "E32": Lesson(
        GraphError,
        "{node} cannot be copied or pickled: it is the result of a computation.",
        "a copy would have to bring along everything it was made from. PyTorch would say: Only "
        "Tensors created explicitly by the user support the deepcopy protocol.",
        "copy.deepcopy(t.detach())",
        "notebook 11",
    ),
    "E33": Lesson(
        GraphError,
        "checkpoint: the function gave another result when backward() computed it again.",
        "its gradient is taken from the second computation, so both must be the same: same data, "
        "same mode, same random numbers.",
        "draw from the library's generator (autograd.manual_seed); update weights after backward()",
        "notebook 14",
    ),
    "E34": Lesson(
        GraphError,
        "the way back from {node} was freed by memory_saver(), in an earlier backward pass.",
        "a pass that frees the graph can be the only one through it. PyTorch would say: saved "
        "tensors have already been freed.",
        "compute it again, or call that backward() outside memory_saver()",
        "notebook 02",
    ),
    "E35": Lesson(
        GraphError,
        "compile: {what}.",
        "a program is written from what nodes record: {why}.",
        "{fix}   (or call the function as it is)",
        "notebook 14",
    ),
    "E35h": Lesson(
        Hint,
        "compile: True or False was asked of {node}, and the answer is now part of the program.",
        "the function runs once, and the program goes the way it went then, whatever its inputs.",
        "where(x > 0, a, b)   in place of   a if x > 0 else b",
        "notebook 14",
    ),
    "E35r": Lesson(
        Hint,
        "{what}: traced again, for {why}.",
        "a program is for arguments of one shape and dtype, and for modules all in train() or all "
        "in eval() as they were; it is kept, so this costs time only once for each kind.",
        "give it batches of one size, such as DataLoader(..., drop_last=True), if this is often",
        "notebook 14",
    ),
    "E35t": Lesson(
        GraphError,
        "compile: the numbers of {node} were read, by {what}.",
        "the function runs once; what it reads as plain data would be the same at every call.",
        "compute with the node itself; take_along_axis(x, places) fetches by computed places",
        "notebook 14",
    ),
}


def lesson(code: str, **facts: Any) -> Exception:
    """The exception for a code, its words filled with facts; nodes are named in them."""
    row = LESSONS[code]
    told = {key: describe(fact) for key, fact in facts.items()}
    why, _, phrase = row.why.format(**told).partition(" PyTorch would say: ")
    parts = {
        "": row.what.format(**told),
        "Why:  ": why,
        "PyTorch would say: ": phrase,
        "Fix:  ": row.fix.format(**told),
        "See:  ": f"{code[:3]}, {row.see}",
    }
    return row.kind("\n".join([wrapped(key, text) for key, text in parts.items() if text]))


def wrapped(key: str, text: str) -> str:
    """One part of a lesson, its lines at most 100 columns wide and indented under its key.

    The line to write instead is not broken: it is to be copied. Neither is a shape.
    """
    if key == "Fix:  ":
        return f"  {key}{text}"
    whole = re.sub(r"(?<=\d), (?=\d)", ",\N{NO-BREAK SPACE}", text)
    start, after = (f"  {key}", " " * 8) if key else ("", " " * 4)
    lines = [
        fill(line, 100, initial_indent=start if i == 0 else after, subsequent_indent=after,
             break_on_hyphens=False)
        for i, line in enumerate(whole.split("\n"))
    ]  # fmt: skip
    return "\n".join(lines).replace("\N{NO-BREAK SPACE}", " ")


def describe(fact: Any) -> Any:
    """A node as messages call it: 'loss' (op mean), a Tensor made by op mean, or 'w'."""
    if not hasattr(fact, "requires_grad"):
        return fact
    kind = type(fact).__name__
    if fact.op is None:
        shape = f" of shape {fact.shape}" if fact.shape else ""
        return f"{fact.name!r}" if fact.name else f"a {kind}{shape}"
    made = f"op {fact.op.name}"
    return f"{fact.name!r} ({made})" if fact.name else f"a {kind} made by {made}"
