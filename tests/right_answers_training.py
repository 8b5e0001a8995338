"""Different right answers where gradients are taken and steps are made; see tests/right_answers_b.py."""

EPOCH = {
    "an optimiser of PyTorch": """
import torch

def train_epoch(w, b, batches, lr):
    opt = torch.optim.SGD([w, b], lr=lr)
    for x, y in batches:
        mse(x @ w + b, y).backward()
        opt.step()
        opt.zero_grad()
    return w, b
""",
    "zeroes first, in place": """
import torch

def train_epoch(w, b, batches, lr):
    opt = torch.optim.SGD([w, b], lr=lr)
    for x, y in batches:
        opt.zero_grad(set_to_none=False)
        torch.nn.functional.mse_loss(x @ w + b, y).backward()
        opt.step()
    return [w, b]
""",
    ".data": """
def train_epoch(w, b, batches, lr):
    for x, y in batches:
        mse(x @ w + b, y).backward()
        for p in w, b:
            p.data -= p.grad * lr
            p.grad = None
    return w, b
""",
    "new tensors instead of changed ones": """
import torch

def train_epoch(w, b, batches, lr):
    for x, y in batches:
        dw, db = torch.autograd.grad(mse(x @ w + b, y), [w, b])
        w = (w - lr * dw).detach().requires_grad_()
        b = (b - lr * db).detach().requires_grad_()
    return w, b
""",
    "a module": """
import torch
from torch import nn

def train_epoch(w, b, batches, lr):
    layer = nn.Linear(len(w), 1)
    with torch.no_grad():
        layer.weight.copy_(w.T)
        layer.bias.copy_(b)
    opt = torch.optim.SGD(layer.parameters(), lr)
    for x, y in batches:
        opt.zero_grad()
        nn.MSELoss()(layer(x), y).backward()
        opt.step()
    return layer.weight.T, layer.bias
""",
    "derivatives worked out on paper, in NumPy": """
import numpy as np

def train_epoch(w, b, batches, lr):
    w, b = w.detach().numpy().copy(), b.detach().numpy().copy()
    for x, y in batches:
        x, y = x.numpy(), y.numpy()
        error = x @ w + b - y
        w = w - lr * 2 * x.T @ error / len(x)
        b = b - lr * 2 * error.mean(0)
    return w, b
""",
    "double precision": """
import torch

def train_epoch(w, b, batches, lr):
    w, b = (p.detach().double().requires_grad_() for p in (w, b))
    for x, y in batches:
        loss = (x.double() @ w + b - y.double()).pow(2).mean()
        for p, grad in zip((w, b), torch.autograd.grad(loss, (w, b))):
            with torch.no_grad():
                p -= lr * grad
    return w, b
""",
    "functions without state": """
import torch

def train_epoch(w, b, batches, lr):
    def loss(params, x, y):
        return mse(x @ params[0] + params[1], y)

    params = w.detach(), b.detach()
    for x, y in batches:
        params = tuple(p - lr * g for p, g in zip(params, torch.func.grad(loss)(params, x, y)))
    return params
""",
    "a class of one's own": """
import torch

class Optimiser:
    def __init__(self, params, lr):
        self.params, self.lr = list(params), lr

    @torch.no_grad()
    def step(self):
        for p in self.params:
            p.sub_(p.grad, alpha=self.lr)

    def zero_grad(self):
        for p in self.params:
            p.grad.zero_()

def train_epoch(w, b, batches, lr):
    opt = Optimiser((w, b), lr)
    for x, y in batches:
        mse(torch.addmm(b, x, w), y).backward()
        opt.step()
        opt.zero_grad()
    return w, b
""",
}
BACKWARD = {
    "a copy, then zeroing": """
def gradients(w, xs, ys):
    if w.grad is not None:
        w.grad.zero_()
    found = []
    for x, y in zip(xs, ys):
        (((x * w).sum() - y) ** 2).backward()
        found.append(w.grad.clone())
        w.grad.zero_()
    return found
""",
    "a fresh leaf": """
def gradients(w, xs, ys):
    found = []
    for x, y in zip(xs, ys):
        leaf = w.detach().clone().requires_grad_()
        (x.dot(leaf) - y).square().backward()
        found.append(leaf.grad)
    return found
""",
    "autograd.grad": """
import torch

def gradients(w, xs, ys):
    return [torch.autograd.grad(((x * w).sum() - y) ** 2, w)[0] for x, y in zip(xs, ys)]
""",
    "on paper": """
def gradients(w, xs, ys):
    return [2 * ((x * w).sum() - y) * x for x, y in zip(xs, ys)]
""",
    "one tensor for all, on paper": """
def gradients(w, xs, ys):
    return 2 * ((xs @ w.detach()) - ys)[:, None] * xs
""",
    "differences of two calls": """
import torch

def gradients(w, xs, ys):
    w.grad = torch.zeros_like(w)
    before, found = w.grad.clone(), []
    for x, y in zip(xs, ys):
        (((x * w).sum() - y) ** 2).backward()
        found.append(w.grad - before)
        before = w.grad.clone()
    return tuple(found)
""",
    "functions without state": """
import torch

def gradients(w, xs, ys):
    def loss(w, x, y):
        return ((x * w).sum() - y) ** 2

    return [torch.func.grad(loss)(w.detach(), x, y) for x, y in zip(xs, ys)]
""",
    "one graph, called several times": """
def gradients(w, xs, ys):
    losses = ((xs * w).sum(1) - ys) ** 2
    found = []
    for loss in losses:
        w.grad = None
        loss.backward(retain_graph=True)
        found.append(w.grad.double().numpy())
    return found
""",
}
LOOP = {
    "an optimiser of PyTorch": """
import torch

def fit(params, batches, epochs, lr):
    opt, losses = torch.optim.SGD(params, lr=lr), []
    for epoch in range(epochs):
        for x, y in batches:
            loss = loss_func(model(x, params), y)
            loss.backward()
            opt.step()
            opt.zero_grad()
            losses.append(loss)
    return params, losses
""",
    "gradients set to None, before": """
def fit(params, batches, epochs, lr):
    losses = []
    for epoch in range(epochs):
        for xb, yb in batches:
            for p in params:
                p.grad = None
            loss = loss_func(model(xb, params), yb)
            loss.backward()
            losses.append(float(loss))
            for p in params:
                p.data = p.data - lr * p.grad
    return params, losses
""",
    "new tensors in each round": """
import torch

def fit(params, batches, epochs, lr):
    losses = []
    for x, y in batches * epochs:
        loss = loss_func(model(x, params), y)
        grads = torch.autograd.grad(loss, params)
        params = [(p - lr * g).detach().requires_grad_() for p, g in zip(params, grads)]
        losses.append(loss.detach())
    return params, losses
""",
    "a module with parameters": """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, params):
        super().__init__()
        self.params = nn.ParameterList(p.detach().clone() for p in params)

    def forward(self, x):
        return model(x, list(self.params))

def fit(params, batches, epochs, lr):
    net = Net(params)
    opt = torch.optim.SGD(net.parameters(), lr)
    losses = []
    for _ in range(epochs):
        for x, y in batches:
            opt.zero_grad(set_to_none=True)
            loss = nn.functional.mse_loss(net(x), y)
            loss.backward()
            opt.step()
            losses.append(loss.item())
    return list(net.parameters()), torch.tensor(losses)
""",
    "double precision": """
import torch

def fit(params, batches, epochs, lr):
    params = [p.detach().double().requires_grad_() for p in params]
    losses = []
    for _ in range(epochs):
        for x, y in batches:
            loss = loss_func(model(x.double(), params), y.double())
            loss.backward()
            losses += [loss.item()]
            with torch.no_grad():
                for p in params:
                    p.sub_(lr * p.grad)
                    p.grad.zero_()
    return tuple(params), losses
""",
    "functions without state, arrays returned": """
import torch

def fit(params, batches, epochs, lr):
    params = tuple(p.detach() for p in params)
    losses = []
    for _ in range(epochs):
        for x, y in batches:
            grads, loss = torch.func.grad_and_value(lambda ps: loss_func(model(x, ps), y))(params)
            params = tuple(p - lr * g for p, g in zip(params, grads))
            losses.append(loss.item())
    return [p.numpy() for p in params], losses
""",
}
