"""Just enough of Redis' protocol to look into the cache."""

import socket
import ssl
from pathlib import Path
from typing import Any


class Connection:
    """A connection that has shown the password."""

    def __init__(self, port: int, password: str, ca: Path | None) -> None:
        plain = socket.create_connection(("127.0.0.1", port), timeout=10)
        context = ssl.create_default_context(cafile=str(ca)) if ca else None
        self._socket = context.wrap_socket(plain, server_hostname="127.0.0.1") if context else plain
        self._file = self._socket.makefile("rb")
        self("AUTH", password)

    def __call__(self, *words: str) -> Any:
        """The answer to a command; raises AssertionError when it is an error."""
        parts = [f"*{len(words)}\r\n", *(f"${len(word.encode())}\r\n{word}\r\n" for word in words)]
        self._socket.sendall("".join(parts).encode())
        return self._answer()

    def keys(self, pattern: str) -> set[str]:
        """Every key that matches."""
        found: set[str] = set()
        cursor = "0"
        while True:
            cursor, some = self("SCAN", cursor, "MATCH", pattern, "COUNT", "1000")
            found |= set(some)
            if cursor == "0":
                return found

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def _answer(self) -> Any:
        line = self._file.readline().decode().rstrip("\r\n")
        kind, rest = line[:1], line[1:]
        if kind == "*":
            return [self._answer() for _ in range(int(rest))]
        if kind == "$":
            if rest == "-1":
                return None
            content = self._file.read(int(rest) + 2)
            return content[:-2].decode(errors="replace")
        assert kind != "-", f"redis: {rest}"
        return rest
