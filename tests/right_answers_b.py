"""Different right answers to the code parts of questions 25 to 35, by part and by what is unusual about them.

A student who thinks of another way than ours must not be told that it is wrong. Those that train are in
tests/right_answers_training.py.
"""

from tests.right_answers_training import BACKWARD, EPOCH, LOOP

VIEW = {
    "view, and reshape where it refuses": """
def reshaped(x, shape):
    try:
        new = x.view(shape)
    except RuntimeError:
        new = x.reshape(shape)
    new[(0,) * new.ndim] = 100
    return new, x
""",
    "view, and a contiguous copy where it refuses": """
def reshaped(x, shape):
    try:
        new = x.view(*shape)
    except RuntimeError:
        new = x.contiguous().view(*shape)
    new[tuple([0] * len(new.shape))] = 100
    return new, x
""",
    "a function of torch": """
import torch

def reshaped(x, shape):
    new = torch.reshape(x, tuple(shape))
    first = new
    while first.ndim:
        first = first[0]
    first.fill_(100)
    return (new, x)
""",
    "NumPy shares and copies in the same cases": """
def reshaped(x, shape):
    new = x.numpy().reshape(shape)
    new[(0,) * new.ndim] = 100
    return new, x
""",
    "writes with index_put_": """
import torch

def reshaped(x, shape):
    new = x.reshape(shape)
    new.index_put_(tuple(torch.tensor(0) for _ in shape), torch.tensor(100, dtype=x.dtype))
    return new, x
""",
    "writes with item assignment through slices": """
def reshaped(x, shape):
    new = x.reshape(shape)
    new[tuple(slice(0, 1) for _ in shape)] = 100
    return new, x
""",
    "works the -1 out": """
import math

def reshaped(x, shape):
    known = math.prod(size for size in shape if size != -1)
    sizes = [x.numel() // known if size == -1 else size for size in shape]
    new = x.reshape(sizes)
    new[(0,) * len(sizes)] = 100
    return new, x
""",
}
BIAS = {
    "addmm": "import torch\n\ndef linear(x, w, b):\n    return torch.addmm(b, x, w)\n",
    "F.linear": "import torch.nn.functional as F\n\ndef linear(x, w, b):\n    return F.linear(x, w.T, b)\n",
    "a module": """
import torch

def linear(x, w, b):
    layer = torch.nn.Linear(*w.shape)
    layer.weight.data = w.t()
    layer.bias.data = b
    return layer(x)
""",
    "a column of ones": """
import torch

def linear(x, w, b):
    return torch.cat([x, torch.ones(len(x), 1)], 1) @ torch.cat([w, b[None]])
""",
    "loops": """
import torch

def linear(x, w, b):
    out = torch.zeros(x.shape[0], w.shape[1])
    for i in range(x.shape[0]):
        for j in range(w.shape[1]):
            out[i, j] = b[j]
            for k in range(x.shape[1]):
                out[i, j] += x[i, k] * w[k, j]
    return out
""",
    "lists": """
def linear(x, w, b):
    columns = list(zip(*w.tolist()))
    return [[sum(p * q for p, q in zip(row, c)) + bias for c, bias in zip(columns, b.tolist())] for row in x.tolist()]
""",
    "NumPy": "import numpy as np\n\ndef linear(x, w, b):\n    return np.dot(x.numpy(), w.numpy()) + b.numpy()\n",
    "double precision": "def linear(x, w, b):\n    return x.double() @ w.double() + b.double()\n",
    "element-wise with broadcasting": "def linear(x, w, b):\n    return (x[:, :, None] * w).sum(1) + b\n",
}
PRODUCT = {
    "three loops": """
import torch

def product(a, b):
    if a.ndim == 3:
        return torch.stack([product(one, b) for one in a])
    out = torch.zeros(a.shape[0], b.shape[1])
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                out[i, j] += a[i, k] * b[k, j]
    return out
""",
    "a helper called dot": """
import torch

def dot(row, column):
    return (row * column).sum(-1)

def product(a, b):
    return torch.stack([dot(a, column) for column in b.T], dim=-1)
""",
    "a sum of outer products": """
def product(a, b):
    return sum(a[..., k, None] * b[k] for k in range(len(b)))
""",
    "rows with columns": "def product(a, b):\n    return (a[..., :, None, :] * b.T).sum(-1)\n",
    "NumPy": "def product(a, b):\n    return (a.numpy()[..., None] * b.numpy()).sum(-2)\n",
    "lists": """
def product(a, b):
    if a.ndim == 3:
        return [product(one, b) for one in a]
    return [[sum(x * y for x, y in zip(row, column)) for column in zip(*b.tolist())] for row in a.tolist()]
""",
    "double precision and mul": """
import torch

def product(a, b):
    return torch.mul(a.double().unsqueeze(-1), b.double()).sum(dim=-2)
""",
    "a variable called inner": """
import torch

def product(a, b):
    inner = a.unsqueeze(-1) * b.unsqueeze(0)
    return torch.sum(inner, -2)
""",
}
RELU = {
    "where": "import torch\n\ndef rectify(x):\n    return torch.where(x > 0, x, 0)\n",
    "a mask": "def rectify(x):\n    return x * (x > 0)\n",
    "maximum": "import torch\n\ndef rectify(x):\n    return torch.maximum(x, torch.zeros_like(x))\n",
    "half of the sum with the amount": "def rectify(x):\n    return (x + x.abs()) / 2\n",
    "a changed copy": "def rectify(x):\n    new = x.clone()\n    new[new < 0] = 0\n    return new\n",
    "masked_fill": "def rectify(x):\n    return x.masked_fill(x < 0, 0)\n",
    "NumPy": "import numpy as np\n\ndef rectify(x):\n    return np.maximum(x.numpy(), 0)\n",
    "threshold": "import torch.nn.functional as F\n\ndef rectify(x):\n    return F.threshold(x, 0, 0)\n",
    "minus the smaller": "def rectify(x):\n    return x - x.clamp(max=0)\n",
    "one number at a time": """
import torch

def rectify(x):
    return torch.tensor([max(0, v) for v in x.flatten().tolist()]).reshape(x.shape)
""",
    "lists": "def rectify(x):\n    return [rectify(row) for row in x] if x.ndim else max(x.item(), 0)\n",
}
MERGE = {
    "matmul": """
import torch

def merge(w1, b1, w2, b2):
    return torch.matmul(w1, w2), torch.matmul(b1, w2).add(b2)
""",
    "probed with unit inputs": """
import torch

def merge(w1, b1, w2, b2):
    def both(x):
        return (x @ w1 + b1) @ w2 + b2

    b = both(torch.zeros(len(w1)))
    return both(torch.eye(len(w1))) - b, b
""",
    "with a column of ones": """
import torch

def merge(w1, b1, w2, b2):
    whole = torch.cat([w1, b1[None]]) @ w2
    return whole[:-1], whole[-1] + b2
""",
    "einsum": """
import torch

def merge(w1, b1, w2, b2):
    return torch.einsum('kh,hm->km', w1, w2), torch.einsum('h,hm->m', b1, w2) + b2
""",
    "modules": """
import torch
from torch import nn

def merge(w1, b1, w2, b2):
    first, second = nn.Linear(*w1.shape), nn.Linear(*w2.shape)
    first.weight.data, first.bias.data = w1.T, b1
    second.weight.data, second.bias.data = w2.T, b2
    net = nn.Sequential(first, second)
    b = net(torch.zeros(1, w1.shape[0])).squeeze(0)
    return net(torch.eye(w1.shape[0])) - b, b
""",
    "NumPy, in double precision": """
import numpy as np

def merge(w1, b1, w2, b2):
    w1, b1, w2, b2 = (np.asarray(p, dtype=float) for p in (w1, b1, w2, b2))
    return np.dot(w1, w2), np.dot(b1, w2) + b2
""",
    "a list with two tensors": "def merge(w1, b1, w2, b2):\n    return [w1 @ w2, (b1[None] @ w2 + b2).squeeze(0)]\n",
}
RIGHT = {
    "sgd-epoch/write": EPOCH,
    "view/write": VIEW,
    "bias/write": BIAS,
    "matmul-operator/write": PRODUCT,
    "backward/write": BACKWARD,
    "training-loop/write": LOOP,
    "relu/write": RELU,
    "activation-function/write": MERGE,
}
