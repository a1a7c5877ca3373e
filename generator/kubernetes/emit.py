"""Objects as YAML text that every reader takes back unchanged.

YAML readers disagree about words without quotes: kubectl takes `y` for a boolean and `1e3` for a number, PyYAML takes
both for strings, and readers of YAML 1.2 differ from either. So a string stands without quotes only where no reader has
another meaning for it; else it is double-quoted, with escapes that YAML 1.1, YAML 1.2 and JSON share. Text of several
lines becomes a literal block wherever that is exact, so that a config file in a ConfigMap reads line by line in a diff.

The layout is the one that kubectl and kustomize print: two spaces, keys sorted, the dash of a list under its key.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

_BREAKS_AND_MARK = (0x2028, 0x2029, 0xFEFF)  # some readers fold the two line breaks, or drop the byte order mark
_ESCAPES = {code: f"\\u{code:04x}" for code in (*range(0x20), *_BREAKS_AND_MARK)}
_ESCAPES |= {ord("\t"): "\\t", ord("\n"): "\\n", ord("\r"): "\\r", ord('"'): '\\"', ord("\\"): "\\\\"}

# kustomize writes these bare whatever their spelling was, and then refuses, or folds, what it has written.
_UNWRITABLE = frozenset((*range(0x7F, 0xA0), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF))

_NOT_LITERAL = dict.fromkeys((_ESCAPES.keys() | _UNWRITABLE) - set(map(ord, '\t\n"\\')))

_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_WORDS = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n"))
_UNITS = "mshkKMGTi%"  # of quantities, durations and percentages: no number of any notation ends in one of them

_INT64 = range(-(2**63), 2**63)
_LONGEST_KEY = 1000  # characters; readers look for the colon after a key in the first 1,024
_REMEMBERED = 16_384  # strings; manifests repeat most of theirs


def emit(obj: Mapping[str, object]) -> str:
    """One document in block style, without a document marker.

    Takes mappings with string keys, lists, tuples, strings, integers, finite floats, booleans and None. Raises
    TypeError for anything else, and ValueError for what some reader cannot take in any spelling; both name the path.
    """
    if not isinstance(obj, Mapping):
        raise TypeError(f"a document is a mapping, not {type(obj).__name__}")
    if not obj:
        return "{}\n"
    lines: list[str] = []
    _mapping(obj, "", "", lines)
    lines.append("")
    return "\n".join(lines)


def emit_all(objs: Iterable[Mapping[str, object]]) -> str:
    """Several documents with `---` between them."""
    return "---\n".join(map(emit, objs))


def _mapping(obj: Mapping[str, object], lead: str, indent: str, lines: list[str]) -> None:
    """Append the entries at `indent`; `lead` stands before the first one, which may follow a dash."""
    deeper = indent + "  "
    for key in sorted(obj, key=str):
        value = obj[key]
        try:
            name = _key(key)
            if isinstance(value, str):
                lines.append(f"{lead}{name}: {_string(value, deeper)}")
            elif isinstance(value, (list, tuple)) and value:
                lines.append(f"{lead}{name}:")
                _sequence(value, indent, indent, lines)
            elif isinstance(value, (dict, Mapping)) and value:
                lines.append(f"{lead}{name}:")
                _mapping(value, deeper, deeper, lines)
            else:
                lines.append(f"{lead}{name}: {_atom(value)}")
        except (TypeError, ValueError) as error:
            raise type(error)(f".{key}{error}") from None
        lead = indent


def _sequence(items: Sequence[object], lead: str, indent: str, lines: list[str]) -> None:
    """Append the items, their dashes at `indent`; `lead` as in `_mapping`."""
    deeper = indent + "  "
    for index, item in enumerate(items):
        try:
            if isinstance(item, str):
                lines.append(f"{lead}- {_string(item, deeper)}")
            elif isinstance(item, (list, tuple)) and item:
                _sequence(item, f"{lead}- ", deeper, lines)
            elif isinstance(item, (dict, Mapping)) and item:
                _mapping(item, f"{lead}- ", deeper, lines)
            else:
                lines.append(f"{lead}- {_atom(item)}")
        except (TypeError, ValueError) as error:
            raise type(error)(f"[{index}]{error}") from None
        lead = indent


def _atom(value: object) -> str:
    """A value that is no string and holds no other."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if value not in _INT64:
            raise ValueError(f": {value} does not fit into the 64 bits of a Kubernetes integer")
        return str(value)
    if isinstance(value, float):
        text = repr(value)
        if text[-1].isdigit():  # neither nan nor inf
            return text if "." in text else text.replace("e", ".0e")  # YAML 1.1 wants the point
        raise TypeError(f": {text} is not a number in JSON")
    if isinstance(value, (list, tuple)):
        return "[]"
    if isinstance(value, Mapping):
        return "{}"
    raise TypeError(f": {type(value).__name__} has no form in YAML")


def _string(text: str, indent: str) -> str:
    """A string value, as a literal block at `indent` if it has several lines and a block is exact."""
    if "\n" not in text:
        return _line(text)
    first = text.lstrip("\n")[:1]
    if first in ("", "\t") or text[-1] in " \t" or " \n" in text or "\t\n" in text:
        return _quoted(text)  # kustomize stumbles over a leading tab; editors and hooks strip trailing blanks
    if not _bare(text).isprintable() and text.translate(_NOT_LITERAL) != text:
        return _quoted(text)
    hint = "2" if first == " " else ""
    chomp = "+" if text.endswith("\n\n") else "" if text.endswith("\n") else "-"
    body = "\n".join([indent + line if line else "" for line in text.removesuffix("\n").split("\n")])
    return f"|{hint}{chomp}\n{body}"


def _bare(text: str) -> str:
    """Without the two that a block may hold though they do not print; what prints is found out much faster."""
    return text.replace("\n", "").replace("\t", "")


def _quoted(text: str) -> str:
    """In double quotes, on one line; ValueError for a character that kustomize cannot carry."""
    if not text.isprintable():
        for code in map(ord, text):
            if code in _UNWRITABLE:
                raise ValueError(f": kustomize cannot carry the character U+{code:04X}")
    return f'"{text.translate(_ESCAPES)}"'


def _is_plain(text: str) -> bool:
    """Whether every reader takes the text for a string without quotes."""
    if not (text.isascii() and text.isprintable()) or ": " in text or " #" in text or text[-1:] in ("", " ", ":"):
        return False
    if text[0] in "_/$" or text.removeprefix("-").removeprefix("-")[:1] in _LETTERS:  # not -_6, which Go takes for -6
        return text.lower() not in _WORDS
    number = text.rstrip(_UNITS)
    return number != text and number.replace(".", "", 1).isdigit()


@lru_cache(maxsize=_REMEMBERED)
def _line(text: str) -> str:
    return text if _is_plain(text) else _quoted(text)


@lru_cache(maxsize=_REMEMBERED)
def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f": the key is {type(key).__name__}, not a string")
    if key == "<<":
        raise ValueError(": kustomize takes this key for a merge, quoted or not")
    name = _line(key)
    if len(name) > _LONGEST_KEY:
        raise ValueError(f": a key of {len(name)} characters is longer than YAML readers take")
    return name
