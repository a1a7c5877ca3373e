"""A certificate for loopback: programs that insist on TLS are told to trust it, none is told to trust anyone."""

import contextlib
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Authority:
    """A certificate for 127.0.0.1 and localhost that is its own authority.  PEM files in one folder."""

    certificate: Path
    """What a server shows, and what a client trusts."""
    key: Path

    @staticmethod
    def create(folder: Path) -> "Authority":
        """Writes both files, by the program `openssl`; raises CalledProcessError when it refuses."""
        made = Authority(folder / "certificate.pem", folder / "key.pem")
        subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
        kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        files = ["-keyout", str(made.key), "-out", str(made.certificate)]
        subprocess.run(["openssl", "req", "-x509", *kind, *subject, *files], check=True, capture_output=True)
        return made

    @staticmethod
    @contextlib.contextmanager
    def temporary() -> Iterator["Authority"]:
        """One in a folder that goes with the block."""
        with tempfile.TemporaryDirectory() as folder:
            yield Authority.create(Path(folder))

    def context(self) -> ssl.SSLContext:
        """For a server in this process."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self.certificate, self.key)
        return made
