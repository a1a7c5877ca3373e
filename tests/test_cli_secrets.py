"""The command `secrets`: writes what is missing through the AWS CLI, shows no value, changes nothing that is there."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from generator import cli_secrets
from generator.cli import main
from generator.cli_secrets import secrets
from tests.conftest import ROOT

STAND_IN = """#!/bin/sh
cd "$ACCOUNT" || exit 1
echo "$*" >> calls
refuse() { echo "An error occurred ($1) when calling the operation: $2" >&2; exit 254; }
if [ "$1" = sts ]; then read -r id < id; echo "{\\"Account\\": \\"$id\\"}"; exit; fi
operation="$2" entry="$4"
if [ -f "refuses-$operation" ]; then refuse AccessDeniedException "$(cat "refuses-$operation")"; fi
missing="Secrets Manager can't find the specified secret"
if [ ! -f "$entry" ]; then refuse ResourceNotFoundException "$missing."; fi
if [ "$operation" = put-secret-value ]; then [ "$6" = file:///dev/stdin ] && cat > "$entry" && echo {}; exit; fi
if [ ! -s "$entry" ]; then refuse ResourceNotFoundException "$missing value for staging label: AWSCURRENT"; fi
printf '{"SecretString": "%s"}' "$(sed 's/[\\\\"]/\\\\&/g' "$entry")"
"""
"""What the AWS CLI does with one account, a folder: a file an entry, empty while that has no value."""


class Account:
    """An account behind a stand-in of the AWS CLI."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.put("id", "111122223333\n")
        self.put("calls", "")
        for entry in ("grafana", "providers", "virtual-keys"):
            self.put(f"openclaw/dev/{entry}", "")

    def put(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def entry(self, name: str) -> Any:
        return json.loads((self.folder / "openclaw/dev" / name).read_text("utf-8") or "null")

    @property
    def calls(self) -> list[str]:
        return (self.folder / "calls").read_text("utf-8").splitlines()


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Account:
    """Entries of dev without values."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "aws").write_text(STAND_IN)
    (programs / "aws").chmod(0o700)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.setenv("ACCOUNT", str(tmp_path / "account"))
    return Account(tmp_path / "account")


def called(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(secrets, ["dev", *arguments], obj=ROOT, input=stdin)


def only(*entries: str) -> Sequence[str]:
    return [word for entry in entries for word in ("--only", entry)]


def test_the_list_is_printed_without_asking_the_account(account: Account) -> None:
    done = called()
    assert done.exit_code == 0
    assert ["virtual-keys", "openclaw", "sk-bf-", "and", "a", "UUID"] in [
        line.split() for line in done.output.splitlines()
    ]
    assert account.calls == []


def test_values_are_made_once_and_kept(account: Account) -> None:
    first = called("--run", *only("grafana", "virtual-keys"))
    assert first.exit_code == 0, first.output
    made = account.entry("grafana"), account.entry("virtual-keys")
    assert made[0].keys() == {"username", "password"}
    assert made[1]["openclaw"].startswith("sk-bf-")
    calls = len(account.calls)
    again = called("--run", *only("grafana", "virtual-keys"))
    assert again.exit_code == 0, again.output
    assert (account.entry("grafana"), account.entry("virtual-keys")) == made
    assert not [call for call in account.calls[calls:] if "put-secret-value" in call]


def test_a_property_that_is_there_is_kept_beside_what_is_made(account: Account) -> None:
    account.put("openclaw/dev/grafana", '{"password": "chosen by hand", "other": 1}')
    done = called("--run", *only("grafana"))
    assert done.exit_code == 0, done.output
    assert account.entry("grafana") == {"password": "chosen by hand", "other": 1, "username": "admin"}


def test_no_value_is_printed_or_an_argument(account: Account) -> None:
    done = called("--run", *only("grafana", "virtual-keys"))
    values = [account.entry("grafana")["password"], account.entry("virtual-keys")["openclaw"]]
    seen = done.output + "".join(account.calls)
    assert [value for value in values if value in seen] == []


def test_check_asks_and_writes_nothing(account: Account) -> None:
    done = called("--check", *only("providers"))
    assert done.exit_code == 1
    assert "missing" in done.output
    assert [call.split()[1] for call in account.calls] == ["get-caller-identity", "get-secret-value"]
    assert all("--region us-west-2" in call for call in account.calls)


def test_what_a_person_must_give_comes_from_a_file(account: Account) -> None:
    done = called("--run", *only("providers"), "--from", "-", stdin='{"providers": {"upstage": "up_1\\"ü"}}')
    assert done.exit_code == 0, done.output
    assert account.entry("providers") == {"upstage": 'up_1"ü'}
    assert "up_1" not in done.output


def test_what_nobody_gives_stays_missing_and_ends_with_1(account: Account) -> None:
    done = called("--run", *only("providers"))
    assert done.exit_code == 1
    assert "1 of 1 missing" in done.output
    assert account.entry("providers") is None


def test_a_person_is_asked_until_the_answer_fits(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([" with a space", "up_2"])

    class Terminal:
        @staticmethod
        def isatty() -> bool:
            return True

    def prompt(text: str, default: str, *, hide_input: bool, show_default: bool) -> str:
        assert hide_input
        assert "providers/upstage" in text
        return next(answers)

    monkeypatch.setattr(click, "prompt", prompt)
    monkeypatch.setattr(cli_secrets, "sys", type("Sys", (), {"stdin": Terminal, "exit": sys.exit}))
    done = called("--run", *only("providers"))
    assert done.exit_code == 0, done.output
    assert account.entry("providers") == {"upstage": "up_2"}


@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        (["--only", "grafan"], "", "no entry «grafan» in dev"),
        (["--from", "-"], "{}", "--from is for --run"),
        (["--run", "--from", "-"], "{", "--from: not JSON"),
        (["--run", "--from", "-"], '{"providers": {"openai": "sk-1"}}', "providers/openai: nobody reads it"),
    ],
)
def test_an_input_that_cannot_be_used_ends_before_the_account_is_asked(
    account: Account, arguments: list[str], stdin: str, said: str
) -> None:
    done = called(*arguments, stdin=stdin)
    assert done.exit_code == 2
    assert said in done.output
    assert account.calls == []


def test_credentials_of_another_account_write_nothing(account: Account) -> None:
    account.put("id", "444455556666\n")
    done = called("--run")
    assert done.exit_code == 2
    assert "credentials of account 444455556666, and dev is in 111122223333" in done.output
    assert len(account.calls) == 1


def test_an_entry_that_is_not_there_names_the_stack_that_makes_it(account: Account) -> None:
    (account.folder / "openclaw/dev/grafana").unlink()
    done = called("--run", *only("grafana"))
    assert done.exit_code == 2
    assert "openclaw/dev/grafana is not there: deploy the stack `state` first" in done.output


def test_missing_rights_are_said_in_the_words_of_aws(account: Account) -> None:
    account.put("refuses-get-secret-value", "not authorized to perform: secretsmanager:GetSecretValue")
    done = called("--check", *only("grafana"))
    assert done.exit_code == 2
    assert "AccessDeniedException" in done.output


def test_a_refusal_to_write_shows_no_value_either(account: Account) -> None:
    account.put("refuses-put-secret-value", "up_3 is no value")
    done = called("--run", *only("providers"), "--from", "-", stdin='{"providers": {"upstage": "up_3"}}')
    assert done.exit_code == 2
    assert "AccessDeniedException" in done.output
    assert "up_3" not in done.output


def test_an_entry_of_another_form_is_left_as_it_is(account: Account) -> None:
    account.put("openclaw/dev/grafana", '"a bare password"')
    done = called("--run", *only("grafana"))
    assert done.exit_code == 2
    assert "something else than a JSON object" in done.output
    assert account.entry("grafana") == "a bare password"


def test_without_the_aws_cli_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = called("--check")
    assert done.exit_code == 2
    assert "the AWS CLI is not installed" in done.output


def test_the_command_joins_the_others() -> None:
    assert main.commands["secrets"] is secrets
