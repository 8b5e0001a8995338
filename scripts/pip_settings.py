"""Write what pip is told on this machine (its files and its variables) into one pip.conf, and print the files and
folders that it points at, one a line: what a build elsewhere on this machine has to be shown."""

import ast
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

NOT_FOR_A_BUILD = {"config-file", "cache-dir", "log", "require-virtualenv", "user", "target", "prefix"}


def main(target: str) -> None:
    listed = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True)
    settings: dict[str, list[str]] = {}
    for line in sorted(listed.stdout.splitlines(), reverse=True):  # of the files, then of the variables (":env:")
        name, _, value = line.partition("=")
        key = name.rsplit(".", 1)[1]
        if key not in NOT_FOR_A_BUILD:
            settings[key] = ast.literal_eval(value).split()
    for certificates in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        if os.environ.get(certificates):
            settings.setdefault("cert", [os.environ[certificates]])
    lines = ["[global]", *(f"{key} = {' '.join(words)}" for key, words in settings.items())]
    Path(target).write_text("\n".join(lines) + "\n", encoding="utf-8")
    shown = set()
    for word in (word for words in settings.values() for word in words):
        path = Path(url2pathname(urlsplit(word).path)) if word.startswith("file:") else Path(word)
        if path.is_absolute() and path.exists():
            # A folder of links leads to the files beside it, so the whole of it is shown.
            shown.add(path.parent if word.startswith("file:") else path.resolve())
    print(*sorted(map(str, shown)), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1])
