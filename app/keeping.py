"""`selfgrad backup` and `selfgrad restore`: a copy of the database while the app runs, and the way back."""

import json
import sys
from datetime import datetime
from pathlib import Path

from app.settings import Settings
from app.store import backup as copies
from app.store.db import Unusable
from app.terminal import Usage


def back_up(settings: Settings, file: Path, *, json_wanted: bool) -> None:
    """Raises Usage."""
    try:
        length = copies.back_up(settings.database_url, file)
    except (Unusable, OSError) as error:
        raise Usage(told(error, file)) from error
    print(json.dumps({"file": str(file), "bytes": length}) if json_wanted else f"{file} holds {length:,} bytes")


def restore(settings: Settings, file: Path, *, json_wanted: bool) -> None:
    """Raises Usage."""
    try:
        target = copies.database_file(settings.database_url)
        kept = target.with_name(f"{target.name}.before-{datetime.now():%Y%m%d-%H%M%S}")
        copies.restore(settings.database_url, file, kept)
    except (Unusable, OSError) as error:
        raise Usage(told(error, file)) from error
    before = str(kept) if kept.exists() else None
    if before:
        print(f"what was there before is kept as {before}", file=sys.stderr)
    print(json.dumps({"database": str(target), "before": before}) if json_wanted else f"{target} is restored")


def told(error: Unusable | OSError, file: Path) -> str:
    return str(error) if isinstance(error, Unusable) else f"{file}: {error.strerror or error}."
