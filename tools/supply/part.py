"""A part: a package, image, chart or program of one version, and the line that pins it."""

from __future__ import annotations

from dataclasses import dataclass

from packageurl import PackageURL


@dataclass(frozen=True)
class Part:
    """One part, by the words of package URLs."""

    kind: str
    """`pypi`, `npm`, `golang`, `deb`, `github`, `oci`, `helm`; `generic` is a program or component by our own name."""
    name: str
    """With its namespace, as its index spells it; of an image the last part of its repository."""
    version: str
    """Of an image its tag."""
    file: str
    """From the repository's root."""
    line: int
    hashes: tuple[str, ...] = ()
    """`sha256:` or `sha512:` and hexadecimal digits, one for each file that may be installed."""
    checksum: str = ""
    """Go's own, of all files of a module."""
    licence: str = ""
    """As the package itself says it; empty where that is not known here."""
    repository: str = ""
    """Of an image or chart."""
    digest: str = ""
    """Of an image, once it is pinned."""
    kubernetes: tuple[str, ...] = ()
    """Versions of the clusters that it runs in."""

    @property
    def purl(self) -> PackageURL:
        """Its package URL. An image's version is its digest; without one it has a tag alone, which names no bytes."""
        namespace, _, name = self.name.rpartition("/")
        version: str | None = self.version
        qualifiers = {"repository_url": self.repository} if self.repository else {}
        match self.kind:
            case "deb":
                namespace, qualifiers = "debian", {"distro": "bookworm"}
            case "golang":
                version = f"v{self.version}"
            case "oci":
                version, qualifiers = self.digest or None, qualifiers | ({"tag": self.version} if self.version else {})
        return PackageURL(
            type=self.kind, namespace=namespace or None, name=name, version=version, qualifiers=qualifiers or None
        )
