"""A recurrent network, unrolled over three time steps: the same weights, used three times."""

from autograd import draw, manual_seed, randn, zeros

manual_seed(0)
U, W = randn(2, 2, requires_grad=True), randn(2, 2, requires_grad=True)
U.name, W.name = "U", "W"

h = zeros(2)
h.name = "h0"
for t, x in enumerate(randn(3, 2), start=1):
    h = (x @ U + h @ W).tanh()
    x.name, h.name = f"x{t}", f"h{t}"

loss = (h**2).mean()
loss.name = "loss"
loss.backward()

draw(loss, direction="TB").save("09_rnn.svg")
