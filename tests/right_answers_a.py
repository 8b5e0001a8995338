"""Right answers to code parts, each written in another way: data for tests/test_right_answers_a.py.

A grader that refuses one of these teaches its students something wrong. By question, then by what is unusual about it.
"""

PIXEL_SIMILARITY = {
    "sums of differences": """
import torch
def classify(threes, sevens, images):
    a, b = torch.mean(threes, dim=0), torch.mean(sevens, dim=0)
    return a, b, (images - a).abs().sum((-2, -1)) < (images - b).abs().sum((-2, -1))
""",
    "one image at a time, a list of bools": """
def classify(threes, sevens, images):
    a, b = sum(threes) / len(threes), sum(sevens) / len(sevens)
    answers = []
    for image in images:
        answers.append(bool((image - a).abs().mean() < (image - b).abs().mean()))
    return a, b, answers
""",
    "numpy in double precision": """
import numpy as np
def classify(threes, sevens, images):
    threes, sevens, images = (t.numpy().astype(np.float64) for t in (threes, sevens, images))
    a, b = threes.mean(axis=0), sevens.mean(axis=0)
    return a, b, np.abs(images - a).mean(axis=(1, 2)) < np.abs(images - b).mean(axis=(1, 2))
""",
    "l1_loss without reduction, a list as the tuple": """
import torch.nn.functional as F
def classify(threes, sevens, images):
    a, b = threes.mean(0, keepdim=True), sevens.mean(0, keepdim=True)
    d = [F.l1_loss(images, m.expand_as(images), reduction='none').flatten(1).mean(1) for m in (a, b)]
    return [a[0], b[0], d[0].lt(d[1])]
""",
    "argmin over the stacked distances": """
import torch
def classify(threes, sevens, images):
    means = torch.stack([sevens.mean(0), threes.mean(0)])
    d = (images[:, None] - means).abs().mean((2, 3))
    return means[1], means[0], d.argmin(1) == 1
""",
    "pairwise distances by cdist": """
import torch
def classify(threes, sevens, images):
    a, b = threes.double().mean(0), sevens.double().mean(0)
    d = torch.cdist(images.double().flatten(1), torch.stack([a, b]).flatten(1), p=1)
    return a, b, d[:, 0] < d[:, 1]
""",
    "einsum for the mean": """
import torch
def classify(threes, sevens, images):
    a, b = (torch.einsum('nhw->hw', t) / t.shape[0] for t in (threes, sevens))
    return a, b, torch.stack([torch.norm(x - a, 1) < torch.norm(x - b, 1) for x in images])
""",
}

RANK = {
    "size()": "def rank(t):\n    return len(t.size())",
    "a counting loop with a telling name": """
def rank(t):
    ndim = 0
    for dim in t.shape:
        ndim += 1
    return ndim
""",
    "a sum of ones": "def rank(t):\n    return sum(1 for _ in t.shape)",
    "numpy's shape": "import numpy as np\ndef rank(t):\n    return len(np.shape(t.numpy()))",
    "a tensor of the shape": "import torch\ndef rank(t):\n    return torch.tensor(tuple(t.shape)).numel()",
    "a tensor as the result": "import torch\ndef rank(t):\n    return torch.tensor(len(t.shape))",
    "the strides": "def rank(t):\n    return len(t.stride())",
    "a lambda": "rank = lambda t: t.shape.__len__()",
    "recursion over the shape": """
def count(shape):
    return 0 if not shape else 1 + count(shape[1:])
def rank(t):
    return count(tuple(t.shape))
print(rank(type('T', (), {'shape': (1, 2)})))
""",
    "the last index and one more": """
def rank(t):
    last = -1
    for last, _ in enumerate(t.shape):
        pass
    return last + 1
""",
}

RMSE_L1 = {
    "plain Python": """
import math
def distances(a, b):
    d = [x - y for x, y in zip(a.flatten().tolist(), b.flatten().tolist())]
    l1 = sum(map(abs, d))
    return l1, l1 / len(d), math.sqrt(sum(x * x for x in d) / len(d))
""",
    "the losses of PyTorch": """
import torch.nn.functional as F
def distances(a, b):
    return F.l1_loss(a, b, reduction='sum'), F.l1_loss(a, b), F.mse_loss(a, b).sqrt()
""",
    "norms": """
import torch
def distances(a, b):
    d = (a - b).flatten()
    l1, l2 = torch.linalg.vector_norm(d, ord=1), torch.linalg.vector_norm(d)
    return l1, l1 / d.numel(), l2 / d.numel() ** 0.5
""",
    "numpy in double precision": """
import numpy as np
def distances(a, b):
    d = a.numpy().astype('float64') - b.numpy()
    return np.abs(d).sum(), np.mean(np.abs(d)), np.sqrt(np.mean(np.square(d)))
""",
    "a tensor of three": """
import torch
def distances(a, b):
    d = b - a
    return torch.stack([d.abs().sum(), d.abs().mean(), d.pow(2).mean().sqrt()])
""",
    "a list of numbers": """
def distances(a, b):
    d = (a - b).double()
    return [d.abs().sum().item(), d.abs().mean().item(), (d * d).mean().item() ** 0.5]
""",
    "a named tuple, and a dot product": """
from collections import namedtuple
import torch
Three = namedtuple('Three', 'l1 mae rmse')
def distances(a, b):
    d = (a - b).reshape(-1)
    return Three(torch.dist(a, b, 1), d.abs().sum() / len(d), torch.sqrt(d @ d / len(d)))
""",
}

VECTORISED = {
    "masks that multiply": "def at_once(xs):\n    return (xs > 0) * (2 * xs + 1) + (xs <= 0) * xs / 4",
    "masks that assign, on a copy": """
def at_once(xs):
    out = xs.clone()
    out[xs > 0] = 2 * xs[xs > 0] + 1
    out[xs <= 0] /= 4
    return out
""",
    "numpy": """
import numpy as np
def at_once(xs):
    xs = xs.numpy()
    return np.where(xs > 0, 2 * xs + 1, xs / 4)
""",
    "clamps": "def at_once(xs):\n    return 2 * xs.clamp(min=0) + xs.sign().clamp(min=0) + xs.clamp(max=0) / 4",
    "relu and a step": """
import torch
import torch.nn.functional as F
def at_once(xs):
    return F.leaky_relu(xs, 0.125) * 2 + torch.heaviside(xs, torch.zeros(()))
""",
    "masked_fill and where in double precision": """
import torch
def at_once(xs):
    xs = xs.to(torch.float64)
    return xs.div(4).where(xs <= 0, xs.mul(2).add(1))
""",
    "numpy's select": """
import numpy as np
def at_once(xs):
    xs = np.asarray(xs)
    return np.select([xs > 0], [2 * xs + 1], xs / 4)
""",
    "vmap, which makes one tensor expression": """
import torch
def at_once(xs):
    one = lambda x: torch.where(x > 0, 2 * x + 1, x / 4)
    return torch.vmap(one)(xs.flatten()).view(xs.shape)
""",
}

BROADCASTING = {
    "unsqueeze": "def scale_shift(x, w, b):\n    return w.unsqueeze(1) * x + b.unsqueeze(0)",
    "view": "def scale_shift(x, w, b):\n    return x * w.view(-1, 1) + b.view(1, -1)",
    "twice transposed": "def scale_shift(x, w, b):\n    return (x.T * w).T + b",
    "a diagonal matrix": "import torch\ndef scale_shift(x, w, b):\n    return torch.diag(w) @ x + b",
    "einsum": "import torch\ndef scale_shift(x, w, b):\n    return torch.einsum('i,ij->ij', w, x).add(b)",
    "expanded by hand": """
def scale_shift(x, w, b):
    n, m = x.shape
    return x.mul(w.reshape(n, 1).expand(n, m)).add(b.repeat(n, 1))
""",
    "numpy": """
import numpy as np
def scale_shift(x, w, b):
    x, w, b = x.numpy(), w.numpy(), b.numpy()
    return x * w[:, np.newaxis] + b
""",
    "addcmul, in double precision": """
import torch
def scale_shift(x, w, b):
    x, w, b = x.double(), w.double(), b.double()
    return torch.addcmul(b, w[..., None], x)
""",
}

SIGMOID = {
    "by the size of x": """
import torch
def sigmoid(x):
    small = torch.exp(-x.abs())
    return torch.where(x >= 0, 1, small) / (1 + small)
""",
    "tanh": "import torch\ndef sigmoid(x):\n    return 0.5 * (1 + torch.tanh(x / 2))",
    "a power of e": "import math\ndef sigmoid(x):\n    return (1 + math.e ** -x) ** -1",
    "reciprocal": "def sigmoid(x):\n    return x.neg().exp().add(1).reciprocal()",
    "numpy": """
import numpy as np
def sigmoid(x):
    x = x.numpy()
    return 1 / (1 + np.exp(-x))
""",
    "softmax of x and 0": """
import torch
def sigmoid(x):
    return torch.stack([x, torch.zeros_like(x)]).softmax(0)[0]
""",
    "element by element, with care": """
import math, torch
def one(x):
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    return math.exp(x) / (1 + math.exp(x))
def sigmoid(x):
    return torch.tensor([one(v) for v in x.flatten().tolist()]).view(x.shape)
print(sigmoid(torch.tensor([0.0, 1.0])))
""",
    "softplus": "import torch.nn.functional as F\ndef sigmoid(x):\n    return (-F.softplus(-x)).exp()",
    "a clamp far out": "import torch\ndef sigmoid(x):\n    x = x.clamp(-80, 80)\n    return x.exp() / (1 + x.exp())",
}

WEIGHT_UPDATE = {
    "data": "def step(params, lr):\n    for p in params:\n        p.data -= lr * p.grad",
    "sub_ with alpha": """
import torch
@torch.no_grad()
def step(params, lr):
    for p in params:
        p.sub_(p.grad, alpha=lr)
""",
    "a new value for data": """
def step(params, lr):
    for i in range(len(params)):
        params[i].data = params[i].data - params[i].grad * lr
""",
    "copy_": """
import torch
def step(params, lr):
    with torch.no_grad():
        [p.copy_(p - lr * p.grad) for p in params]
    return params
""",
    "add_, and zeroed afterwards": """
def step(params, lr):
    for p in params:
        p.data.add_(-lr * p.grad.data)
        p.grad.zero_()
""",
    "through numpy": """
def step(params, lr):
    for p in params:
        values = p.detach().numpy()
        values -= (lr * p.grad.numpy()).astype(values.dtype)
""",
    "requires_grad off and on": """
def step(params, lr):
    for p in params:
        p.requires_grad_(False)
        p -= lr * p.grad
        p.requires_grad_(True)
        p.grad = None
""",
    "inference mode": """
import torch
def step(params, lr):
    with torch.inference_mode():
        for p in params:
            p[...] = p - lr * p.grad
""",
    "all at once": """
import torch
def step(params, lr):
    with torch.no_grad():
        torch._foreach_add_(params, [p.grad for p in params], alpha=-lr)
""",
    "detached": "def step(params, lr):\n    for p in params:\n        p.detach().add_(p.grad, alpha=-lr)",
}

DATALOADER = {
    "a generator": """
import random
def batches(pairs, size, shuffle):
    order = list(range(len(pairs)))
    if shuffle:
        random.shuffle(order)
    for start in range(0, len(order), size):
        yield tuple(zip(*(pairs[i] for i in order[start:start + size])))
""",
    "tensors and randperm": """
import torch
def batches(pairs, size, shuffle):
    if not pairs:
        return []
    data = torch.tensor(pairs)
    if shuffle:
        data = data[torch.randperm(len(data))]
    return [(part[:, 0], part[:, 1]) for part in data.split(size)]
""",
    "numpy": """
import numpy as np
def batches(pairs, size, shuffle):
    data = np.array(pairs, dtype=int).reshape(-1, 2)
    if shuffle:
        data = np.random.permutation(data)
    return [(data[i:i + size, 0], data[i:i + size, 1]) for i in range(0, len(data), size)]
""",
    "a queue": """
import random
from collections import deque
def batches(pairs, size, shuffle):
    rest = deque(pairs)
    if shuffle:
        random.shuffle(rest)
    result = []
    while rest:
        xs, ys = [], []
        while rest and len(xs) < size:
            x, y = rest.popleft()
            xs.append(x)
            ys.append(y)
        result.append([xs, ys])
    return result
""",
    "an iterator and islice": """
import random
from itertools import islice
def batches(pairs, size, shuffle):
    it = iter(sorted(pairs, key=lambda _: random.random()) if shuffle else pairs)
    while batch := list(islice(it, size)):
        xs, ys = zip(*batch)
        yield xs, ys
""",
    "a full batch at a time": """
import random
def batches(pairs, size, shuffle):
    pairs = random.sample(pairs, k=len(pairs)) if shuffle else pairs[:]
    xs, ys, result = [], [], []
    for x, y in pairs:
        xs.append(x)
        ys.append(y)
        if len(xs) == size:
            result.append((xs, ys))
            xs, ys = [], []
    if xs:
        result.append((xs, ys))
    return iter(result)
""",
    "an own generator of chance": """
import random
chance = random.Random()
def batches(pairs, size, shuffle):
    pairs = list(pairs)
    if shuffle:
        for i in range(len(pairs) - 1, 0, -1):
            j = chance.randint(0, i)
            pairs[i], pairs[j] = pairs[j], pairs[i]
    return tuple(([p[0] for p in pairs[i:i + size]], [p[1] for p in pairs[i:i + size]])
                 for i in range(0, len(pairs), size))
""",
}

RIGHT = {
    "pixel-similarity": PIXEL_SIMILARITY,
    "rank-vs-shape": RANK,
    "rmse-l1": RMSE_L1,
    "vectorised-calculation": VECTORISED,
    "broadcasting": BROADCASTING,
    "sigmoid": SIGMOID,
    "weight-update": WEIGHT_UPDATE,
    "dataloader": DATALOADER,
}
