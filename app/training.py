"""`selfgrad train` and `selfgrad data`: the 3-versus-7 training in the terminal, and the pictures it learns from."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.demo.archive import GROUPS, BadData
from app.demo.config import BadConfig, Config
from app.demo.data import AUTO, MNIST_SHA256, Data, keep, load, where_kept
from app.demo.events import Done, Epoch, Provenance, Start, plain
from app.demo.fetch import ORIGINAL, PIECE, NotFetched, Source, fetch
from app.demo.process import ONE_THREAD
from app.demo.script import script
from app.report import as_json, harmless
from app.settings import Settings
from app.terminal import Usage, progress

# What the chapter's text reports, to be read beside one's own figures.
CHAPTER = {
    ("linear", "book"): "the chapter's own training reaches about 0.97 within 20 epochs",
    ("net", "book"): "the chapter's own training reaches 0.982826 after 40 epochs",
}
ENDINGS = {
    "finished": "",
    "diverged": " It was stopped because the loss is no number any more.",
}
HEADS = ("epoch", "loss", "accuracy", "compute ms")


@contextmanager
def told() -> Iterator[None]:
    """What cannot be done with the settings or the data ends the command with its one sentence."""
    try:
        yield
    except (BadConfig, BadData, NotFetched) as error:
        raise Usage(str(error)) from None


def data_for(choice: str, settings: Settings) -> Data:
    """Raises BadData."""
    with progress(f"reading the pictures ({choice})"):
        return load(choice, settings.data_dir)


def train_here(
    settings: Settings, said: dict[str, Any], choice: str, export: Path | None, *, json_wanted: bool
) -> None:
    """Train and print: a table, or one object an epoch and a last one. Raises Usage."""
    with told():
        config = Config.of(**said)
        data = data_for(choice, settings)
        config.fitting(len(data.train))
        if export is not None:
            _export(config, data, export)
        os.environ.update(ONE_THREAD)  # before torch is there, and train says it again: see its head
        from app.demo.train import Training

        training = Training(config, data)
        hidden = json_wanted or sys.stdout.isatty()  # the table itself shows how far it is
        with progress("epochs", total=config.epochs, hidden=hidden) as advance:
            for event in training.events():
                if isinstance(event, Start) and not json_wanted:
                    print(head(event, said.get("preset") or "book"), flush=True)
                elif isinstance(event, Epoch):
                    print(epoch_json(event) if json_wanted else epoch_row(event), flush=True)
                    advance()
                elif isinstance(event, Done):
                    print(done_json(event, data.provenance) if json_wanted else tail(event, training.course.note))


def head(start: Start, preset: str) -> str:
    config, similarity = start.config, start.similarity
    shuffled = "shuffled" if config["shuffle"] else "in order, all 3s and then all 7s"
    lines = [
        f"data       {provenance_text(start.provenance)}",
        f"           {start.train} to learn from, {start.valid} to be judged by",
        f"model      {config['model']}, learning rate {config['lr']:g}, batches of {config['batch_size']} {shuffled}",
        f"           loss {config['loss']}, seed {config['seed']}, on {start.device}",
        f"baseline   pixel similarity: {similarity.mean:.4f} (3s {similarity.threes:.4f}, 7s {similarity.sevens:.4f})",
    ]
    if text := CHAPTER.get((config["model"], preset)):
        lines.append(f"chapter    {text}")
    if start.note:
        lines.append(f"note       {start.note}")
    return "\n".join([*lines, "", "".join(f"{name:>12}" for name in HEADS)])


def provenance_text(provenance: Provenance) -> str:
    return harmless(f"{provenance.name}, {provenance.source}; {provenance.licence}")


def epoch_row(epoch: Epoch) -> str:
    numbers = f"{epoch.epoch:>12}{epoch.loss:>12.6f}{epoch.accuracy:>12.6f}{epoch.compute_ms:>12.1f}"
    return numbers + remark(epoch)


def remark(epoch: Epoch) -> str:
    if epoch.alive == 0:
        return "   every hidden unit is dead"
    return {0: "   says 7 to everything", epoch.valid: "   says 3 to everything"}.get(epoch.says_3, "")


def tail(done: Done, note: str) -> str:
    spent = f"{done.epoch} epochs and {done.compute_ms / 1000:.2f} s of computing"
    lines = ["", f"{done.accuracy:.6f} after {spent}.{ENDINGS[done.why]}"]
    return "\n".join([*lines, f"note       {note}"] if note else lines)


def epoch_json(epoch: Epoch) -> str:
    row, names = plain(epoch), ("epoch", "loss", "accuracy", "compute_ms", "correct", "valid", "says_3", "alive")
    return as_json({name: row[name] for name in names})


def done_json(done: Done, provenance: Provenance) -> str:
    """compute_ms is that of all epochs together."""
    row = plain(done)
    row = {name: row[name] for name in ("done", "epoch", "loss", "accuracy", "compute_ms", "why")}
    return as_json(row | {"provenance": plain(provenance)})


def _export(config: Config, data: Data, path: Path) -> None:
    try:
        path.write_text(script(config, path.name), encoding="utf-8")
        keep(data, path.with_suffix(".pixels"))
    except OSError as error:
        raise Usage(f"{str(path)!r} cannot be written ({error.strerror}).") from None
    print(f"{path} and {path.with_suffix('.pixels').name} are written.", file=sys.stderr)


def fetch_data(settings: Settings, url: str | None) -> int:
    """Download MNIST_SAMPLE and say what is there now. 1 when what came is not MNIST_SAMPLE. Raises Usage."""
    source = Source(url, ORIGINAL.size, ORIGINAL.head_md5) if url else ORIGINAL
    try:
        with progress("downloading, in pieces of 64 KiB", total=source.size // PIECE + 1) as advance:
            data = fetch(settings.data_dir, source, advance)
    except NotFetched as error:
        raise Usage(str(error)) from None
    except BadData as error:
        print(f"selfgrad: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        raise Usage(f"{settings.data_dir} cannot be written ({error.strerror}): set SELFGRAD_DATA_DIR.") from None
    print(f"{provenance_text(data.provenance)}\n{counts_text(data)}")
    return 0


def counts_text(data: Data) -> str:
    return "{} 3s and {} 7s to learn from, {} 3s and {} 7s to be judged by".format(*data.counts)


def data_info(settings: Settings, choice: str, *, json_wanted: bool) -> None:
    """Say which pictures a training would use now. Raises Usage."""
    with told():
        data = data_for(choice, settings)
    where = where_kept(data, settings.data_dir)
    if json_wanted:
        row = {"provenance": plain(data.provenance), "counts": dict(zip(GROUPS, data.counts, strict=True))}
        print(as_json(row | {"kept_at": where and str(where)}))
        return
    print(f"data       {provenance_text(data.provenance)}\n           {counts_text(data)}")
    print(f"pixels     SHA-256 {data.provenance.sha256}")
    print(f"kept at    {harmless(str(where)) if where else 'nowhere: it is read anew each time'}")
    if choice == AUTO and data.provenance.sha256 != MNIST_SHA256:
        print("           for real handwriting: selfgrad data fetch (3.2 MB)")
