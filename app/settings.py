"""The environment, read once into a frozen value that every command obeys: what a variable does stands beside it.

`Settings.read(port=…)` takes what was said on the command line first, then SELFGRAD_*, then the default. A value that
makes no sense is a `SettingsError` whose message is the one sentence to show. Nothing else reads the environment.
"""

import os
import secrets
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from platformdirs import user_data_dir
from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

BUILT_IN_QUESTIONS = Path(__file__).resolve().parent.parent / "questions"
PREFIX = "SELFGRAD_"
NO_SECRET = "commands that sign nothing make no key"


class SettingsError(Exception):
    """A setting that cannot be used; str() is one sentence that says which and what to do."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid")

    host: str = Field("127.0.0.1", description="the address to listen at")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(8000, description="the port; 0 takes a free one")
    questions: Path = Field(BUILT_IN_QUESTIONS, description="the folder of question files")
    data_dir: Path = Field(
        default_factory=lambda: Path(user_data_dir("selfgrad", appauthor=False)),
        description="where the database, the secret key and the training's pictures are kept",
    )
    database_url: str = Field(
        default_factory=lambda data: f"sqlite:///{(data['data_dir'] / 'selfgrad.db').as_posix()}",
        description="sqlite:///FILE or postgresql://…",
        repr=False,
    )
    secret_key: str = Field(
        default_factory=lambda data: kept_secret(data["data_dir"]),
        description="signs the visitors' cookies; made and kept in the data folder when absent",
        repr=False,
    )
    lanes: Annotated[int, Field(ge=1, le=256)] = Field(
        default_factory=lambda: os.cpu_count() or 1, description="how many answers are graded at the same time"
    )
    wiki: Literal["locked", "members", "everyone"] = Field(
        "members", description="who may publish changes of answers where a page says nothing of it; others suggest"
    )
    trusted_proxies: str = Field("", description="addresses whose X-Forwarded-* headers are believed, with commas")
    sign_up: Literal["open", "closed"] = Field("open", description="may anybody make an account?")
    oidc_issuer: str = Field("", description="an OpenID Connect provider by which people may sign in")
    oidc_client_id: str = Field("", description="what this program is called there", validate_default=True)
    oidc_client_secret: str = Field("", description="its secret there; none for a public client", repr=False)

    @classmethod
    def read(cls, **said: Any) -> Self:
        """`said` comes from the command line; None there means: not said."""
        given = {name: value for name, value in said.items() if value is not None}
        try:
            return cls(**given)
        except ValidationError as error:
            raise SettingsError(_sentence(error, given)) from None

    @field_validator("questions", "data_dir")
    @classmethod
    def _from_here(cls, path: Path) -> Path:
        return path.expanduser().absolute()

    @field_validator("questions")
    @classmethod
    def _is_a_folder(cls, path: Path) -> Path:
        if not path.is_dir():
            raise ValueError("there is no such folder; give a folder of question files")
        return path

    @field_validator("oidc_issuer")
    @classmethod
    def _is_safe(cls, issuer: str) -> str:
        if issuer and not issuer.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise ValueError("give the provider's https address")
        return issuer

    @field_validator("oidc_client_id")
    @classmethod
    def _is_known_there(cls, client: str, info: ValidationInfo) -> str:
        if info.data.get("oidc_issuer") and not client:
            raise ValueError("say what this program is called at the provider of SELFGRAD_OIDC_ISSUER")
        return client

    @field_validator("database_url")
    @classmethod
    def _is_a_known_database(cls, url: str) -> str:
        scheme, found, _ = url.partition("://")
        if not found or scheme.partition("+")[0] not in ("sqlite", "postgresql"):
            raise ValueError("give sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
        return url


DEMANDS = {  # the error's type -> what must be so; {…} are pydantic's own limits
    "int_parsing": "should be a whole number",
    "int_parsing_size": "should be a smaller number",
    "int_from_float": "should be a whole number",
    "greater_than_equal": "should be at least {ge}",
    "less_than_equal": "should be at most {le}",
    "literal_error": "should be {expected}",
}
SECRET = ("secret_key", "database_url", "oidc_client_secret")  # these may hold a password
OPTIONS = {"database_url": "--database"}  # where the option's name is not simply the setting's


def _sentence(error: ValidationError, given: dict[str, Any]) -> str:
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    said = OPTIONS.get(name, f"--{name.replace('_', '-')}") if name in given else PREFIX + name.upper()
    why = DEMANDS[first["type"]].format(**first.get("ctx", {})) if first["type"] in DEMANDS else first["msg"]
    why = why.removeprefix("Value error, ").removeprefix("Input ")
    shown = "" if name in SECRET else f" {str(first['input'])!r}"
    return f"{said}{shown}: {why}."


def kept_secret(folder: Path) -> str:
    """The key in `folder`, made there the first time. Two starts at once end with the same key: it is written whole
    under another name and then linked, which fails if the name is already taken."""
    path = folder / "secret-key"
    try:
        if not path.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _publish(secrets.token_urlsafe(48), path)
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        says = error.strerror if isinstance(error, OSError) else "it is not text"
        raise SettingsError(
            f"{path} cannot be kept ({says}): set {PREFIX}DATA_DIR to a folder that can be written, "
            f"or {PREFIX}SECRET_KEY."
        ) from None
    if len(key) < 32:
        raise SettingsError(f"{path} is damaged: delete it, and a new key is made (visitors are strangers then).")
    return key


def _publish(text: str, path: Path) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".secret-key-")  # mkstemp makes it mode 600
    written = Path(name)
    try:
        with open(handle, "w", encoding="ascii") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(written, path)
        except FileExistsError:
            pass  # another start was first: its key is as good
        except OSError:
            os.replace(written, path)  # a file system without links
    finally:
        written.unlink(missing_ok=True)
