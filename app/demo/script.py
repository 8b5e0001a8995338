"""A training as a plain PyTorch script that needs nothing of this program and prints the same numbers.

It is the chapter's own loop, with `nn.Linear` and autograd, and the same draws from the same seed. The pictures are
read from the file that the data folder keeps, or from a folder of PNG files by Pillow.
"""

from app.demo.config import Config

BUILD = {
    "linear": "nn.Linear(784, 1)",
    "net": "nn.Sequential(nn.Linear(784, 30), nn.ReLU(), nn.Linear(30, 1))",
}
START = {
    "torch": "",
    "normal": "    torch.manual_seed(SEED)\n    for weights in model.parameters():\n        nn.init.normal_(weights)\n",
    "zeros": "    torch.manual_seed(SEED)\n    for weights in model.parameters():\n        nn.init.zeros_(weights)\n",
}
LOSS = {
    "book": "chances = scores.sigmoid()\n    return torch.where(targets == 1, 1 - chances, chances).mean()",
    "bce": "return nn.functional.binary_cross_entropy_with_logits(scores, targets)",
    "accuracy": "return ((scores > 0).float() != targets).float().mean()  # flat: it has no gradient to follow",
}
SCRIPT = '''\
"""Learns to tell a 3 from a 7. Run it as: python {name} PICTURES

PICTURES is a file of pixels that selfgrad keeps (`selfgrad data info` says where), or a folder mnist_sample with
train/3, train/7, valid/3 and valid/7, which Pillow then reads. Without it, the .pixels file beside this script is used.
"""

import json
import sys
from pathlib import Path

import torch
from torch import nn

LR, BATCH_SIZE, EPOCHS, SEED, SHUFFLE = {lr!r}, {batch_size}, {epochs}, {seed}, {shuffle}
GROUPS = ("train/3", "train/7", "valid/3", "valid/7")


def read(path):
    """Pixels [n, 784] between 0 and 1 and targets [n] (1 for a 3, 0 for a 7): of training, then of validation."""
    if path.is_dir():
        import numpy
        from PIL import Image

        names = [sorted((path / group).glob("*.png")) for group in GROUPS]
        counts = [len(group) for group in names]
        pixels = numpy.stack([numpy.asarray(Image.open(name)) for group in names for name in group])
        pixels = torch.from_numpy(pixels).view(-1, 784)
    else:
        head, _, rest = path.read_bytes().partition(b"\\n")
        counts = json.loads(head)["counts"]
        pixels = torch.frombuffer(bytearray(rest), dtype=torch.uint8).view(-1, 784)
    targets = torch.cat([torch.full((count,), float(group.endswith("3"))) for count, group in zip(counts, GROUPS)])
    middle = counts[0] + counts[1]
    pixels = pixels.float() / 255
    return pixels[:middle], targets[:middle], pixels[middle:], targets[middle:]


def loss_of(scores, targets):
    {loss}


def main(path):
    torch.set_num_threads(1)
    pixels, targets, valid_pixels, valid_targets = read(path)
    torch.manual_seed(SEED)
    model = {build}
{start}    for epoch in range(1, EPOCHS + 1):
        order = torch.randperm(len(pixels)) if SHUFFLE else torch.arange(len(pixels))
        total = 0.0
        for batch in order.split(BATCH_SIZE):
            loss = loss_of(model(pixels[batch])[:, 0], targets[batch])
            total += loss.item() * len(batch)
            if loss.requires_grad:
                loss.backward()
                with torch.no_grad():
                    for weights in model.parameters():
                        weights -= LR * weights.grad
                        {zero}
        with torch.no_grad():
            right = ((model(valid_pixels)[:, 0] > 0).float() == valid_targets).float().mean().item()
        print(f"{{epoch:5}}  loss {{total / len(pixels):.6f}}  accuracy {{right:.6f}}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_suffix(".pixels"))
'''


def script(config: Config, name: str = "three_or_seven.py") -> str:
    """The source; `name` is what its own text calls the file."""
    adding_up = "pass  # the gradients are never set to zero, so they add up"
    return SCRIPT.format(
        name=name,
        lr=config.lr,
        batch_size=config.batch_size,
        epochs=config.epochs,
        seed=config.seed,
        shuffle=config.shuffle,
        loss=LOSS[config.loss],
        build=BUILD[config.model],
        start=START[config.start],
        zero=adding_up if config.forget_zero else "weights.grad = None",
    )
