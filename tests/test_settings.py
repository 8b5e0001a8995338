"""The settings: what is said on the command line, in the environment, or nowhere."""

import stat
import threading
from pathlib import Path

import pytest

from app.settings import BUILT_IN_QUESTIONS, Settings, SettingsError, kept_secret


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SELFGRAD_{name.upper()}", raising=False)
    monkeypatch.setenv("SELFGRAD_DATA_DIR", str(tmp_path / "data"))


def test_the_defaults_serve_the_built_in_questions_on_this_machine_alone(tmp_path: Path) -> None:
    settings = Settings.read()
    assert (settings.host, settings.port, settings.questions) == ("127.0.0.1", 8000, BUILT_IN_QUESTIONS)
    assert settings.database_url == f"sqlite:///{tmp_path}/data/selfgrad.db"
    assert settings.lanes >= 1 and settings.trusted_proxies == ""


def test_the_command_line_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELFGRAD_PORT", "8001")
    assert Settings.read(port=None).port == 8001
    assert Settings.read(port=8002).port == 8002


def test_an_empty_variable_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELFGRAD_PORT", "")
    assert Settings.read().port == 8000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "x"),
        ("PORT", "65536"),
        ("LANES", "0"),
        ("QUESTIONS", "/no/such/folder"),
        ("DATABASE_URL", "mysql://x/y"),
        ("SIGN_UP", "perhaps"),
        ("OIDC_ISSUER", "http://example.org"),
    ],
)
def test_a_wrong_value_is_told_in_one_sentence_that_names_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"SELFGRAD_{name}", value)
    with pytest.raises(SettingsError) as told:
        Settings.read()
    assert str(told.value).startswith(f"SELFGRAD_{name}") and "\n" not in str(told.value)


def test_a_port_that_is_no_number_is_told_in_plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELFGRAD_PORT", "abc")
    with pytest.raises(SettingsError, match="^SELFGRAD_PORT 'abc': should be a whole number.$"):
        Settings.read()
    with pytest.raises(SettingsError, match="should be at most 65535.$"):
        Settings.read(port=70000)


def test_a_wrong_option_is_named_as_it_was_typed() -> None:
    with pytest.raises(SettingsError, match="^--port '70000'"):
        Settings.read(port=70000)
    with pytest.raises(SettingsError, match="^--database: "):
        Settings.read(database_url="nonsense")


def test_a_provider_needs_to_know_what_this_program_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELFGRAD_OIDC_ISSUER", "https://example.org")
    with pytest.raises(SettingsError, match="^SELFGRAD_OIDC_CLIENT_ID"):
        Settings.read()
    monkeypatch.setenv("SELFGRAD_OIDC_CLIENT_ID", "selfgrad")
    monkeypatch.setenv("SELFGRAD_OIDC_CLIENT_SECRET", "sesame")
    assert "sesame" not in repr(Settings.read())


def test_passwords_are_never_shown() -> None:
    settings = Settings.read(database_url="postgresql://me:sesame@host/name", secret_key="a wide gate")
    assert "sesame" not in repr(settings) and "a wide gate" not in repr(settings)
    with pytest.raises(SettingsError) as told:
        Settings.read(database_url="mysql://me:sesame@host/name")
    assert "sesame" not in str(told.value)


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = Settings.read().secret_key
    assert Settings.read().secret_key == first and len(first) >= 32
    kept = tmp_path / "data" / "secret-key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in kept.parent.iterdir()] == ["secret-key"]


def test_a_given_secret_key_writes_nothing(tmp_path: Path) -> None:
    assert Settings.read(secret_key="given").secret_key == "given"
    assert not (tmp_path / "data").exists()


def test_starts_at_the_same_time_agree_on_one_key(tmp_path: Path) -> None:
    keys: list[str] = []
    start = threading.Barrier(8)

    def begin() -> None:
        start.wait()
        keys.append(kept_secret(tmp_path / "shared"))

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8 and len(set(keys)) == 1


def test_a_key_cut_short_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "secret-key").write_text("short")
    with pytest.raises(SettingsError, match="delete it"):
        kept_secret(tmp_path)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="SELFGRAD_DATA_DIR"):
        kept_secret(tmp_path / "file" / "below")
