"""AWS Secrets Manager, by the AWS CLI: whoever may run that needs no other program and no other credentials.

Values go in by standard input and come out by standard output, never as arguments, which every process may read.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NO_ENTRY = "ResourceNotFoundException"
NO_VALUE = "staging label"
"""What tells an entry without a value from an entry that is not there, in a message under the same name."""


class Failed(Exception):
    """The account could not be asked, or refused; the message holds no value."""


@dataclass(frozen=True)
class SecretsManager:
    """The entries of one Region, with whatever credentials the AWS CLI finds."""

    region: str

    def account(self) -> str:
        """Whose credentials these are."""
        return str(json.loads(self._ask("sts", "get-caller-identity"))["Account"])

    def read(self, entry: str) -> dict[str, Any]:
        """The properties of an entry; none where it has no value yet."""
        try:
            answer = json.loads(self._ask("secretsmanager", "get-secret-value", "--secret-id", entry))
        except Failed as error:
            if NO_ENTRY not in str(error):
                raise
            if NO_VALUE in str(error):
                return {}
            raise Failed(f"{entry} is not there: deploy the stack `state` first") from None
        try:
            found = json.loads(answer["SecretString"])
        except (KeyError, ValueError):
            found = None
        if not isinstance(found, dict):
            raise Failed(f"{entry} holds something else than a JSON object: look at it, it is left as it is")
        return found

    def write(self, entry: str, properties: Mapping[str, Any]) -> None:
        """A new version of the entry, with these properties and no others."""
        arguments = ("put-secret-value", "--secret-id", entry, "--secret-string", "file:///dev/stdin")
        try:
            self._ask("secretsmanager", *arguments, stdin=json.dumps(properties, sort_keys=True))
        except Failed as error:
            said = str(error)
            for value in map(str, properties.values()):
                said = said.replace(value, "***")
            raise Failed(said) from None

    def _ask(self, *arguments: str, stdin: str = "") -> str:
        command = ("aws", *arguments, "--region", self.region, "--output", "json")
        try:
            done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            raise Failed("the AWS CLI is not installed: docs.aws.amazon.com/cli") from None
        if done.returncode != 0:
            raise Failed(f"{' '.join(command[:3])}: {done.stderr.strip()}")
        return done.stdout
