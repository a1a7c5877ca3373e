"""Every expression yields what Kubernetes 1.36 makes of it, or is refused before it is run."""

import json
import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from generator.check.admission.cel.environment import CompileError, activation, check, program
from generator.check.admission.cel.refusal import refusals
from generator.check.admission.cel.substitution import written_out
from generator.check.admission.cel.tree import decoded

HERE = Path(__file__).parent
GOLDEN = json.loads((HERE / "kubernetes-1.36.json").read_text())
ADVERSARIAL = json.loads((HERE / "adversarial-1.36.json").read_text())
VARIABLES = {"containers": "object.spec.template.spec.containers", "lim": "4"}

ERROR, REFUSED = "error", "refused"


def outcome(expression: str, context: Any) -> Any:
    """The value of an expression, ERROR if it ends in one, REFUSED if it is not run."""
    try:
        checked = check(written_out(expression, VARIABLES)[0], params=True)
    except (CompileError, ValueError):
        return REFUSED
    if list(refusals(decoded(checked))):
        return REFUSED
    try:
        result = program(checked).eval(context)
        return ERROR if result.type().name() == "ERROR" else result.plain_value()
    except (RuntimeError, TypeError):
        return ERROR


def same(found: Any, expected: Any) -> bool:
    if isinstance(found, bool | str | None) or isinstance(expected, bool | str | None):
        return type(found) is type(expected) and found == expected
    if isinstance(found, list) and isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(found, dict) and isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[key], expected[key]) for key in found)
    return math.isclose(found, expected, rel_tol=1e-15)


def test_the_golden_table_agrees_or_is_refused(figure: Callable[[str], None]) -> None:
    context = activation({key: value for key, value in GOLDEN["context"].items() if key != "variables"})
    counts: Counter[str] = Counter()
    refused, wrong = [], []
    for verdict in GOLDEN["verdicts"]:
        found, expected = outcome(verdict["expression"], context), verdict["result"]
        said = {True: "true", False: "false", ERROR: "EVAL_ERR", REFUSED: "COMPILE_ERR"}.get(found, found)
        if said == expected:
            counts["agree"] += 1
        elif found == REFUSED:
            counts["refused"] += 1
            refused.append(verdict["group"])
        else:
            wrong.append(f"Changed: {verdict['expression']}: found {found}, expected {expected}")
    told = f"{counts['agree']} agree, {counts['refused']} refused by the lint, {len(wrong)} differ"
    figure(f"expressions with a verdict of Kubernetes: {len(GOLDEN['verdicts'])}, {told}")
    assert not wrong, "\n".join(wrong)
    assert dict(counts) == {"agree": 157, "refused": 8}
    assert Counter(refused) == {"format lib": 5, "2-var transform": 2, "quantity": 1}


@pytest.mark.parametrize("kind", ["result", "evaluation", "compilation"])
def test_the_adversarial_table_agrees_or_is_refused(kind: str) -> None:
    context = activation(ADVERSARIAL["context"])
    counts: Counter[str] = Counter()
    wrong = []
    for verdict in ADVERSARIAL["verdicts"]:
        if kind != verdict.get("error", "result"):
            continue
        found = outcome(verdict["expression"], context)
        if found == REFUSED:
            counts["refused"] += 1
        elif (kind == "result" and found != ERROR and same(found, verdict["result"])) or (
            kind == "evaluation" and found == ERROR
        ):
            counts["agree"] += 1
        else:
            wrong.append(f"Changed: {verdict['expression']}: found {found!r}, expected {verdict}")
    assert not wrong, "\n".join(wrong)
    assert (
        dict(counts)
        == {
            "result": {"agree": 713, "refused": 33},
            "evaluation": {"agree": 223, "refused": 13},
            "compilation": {"refused": 317},
        }[kind]
    )


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("isURL('https://a:b:c/')", False),
        ("isURL('http://a b/')", False),
        ("isURL('http://::1/')", False),
        ("isURL('http://[1.2.3.4]/')", False),
        ("isURL('http://h/%zz')", False),
        ("isURL('../relative')", False),
        ("isURL('')", False),
        ("isURL('/absolute')", True),
        ("url('http://h/a b').getEscapedPath()", "/a%20b"),
        ("url('https://u:p@h:80/').getHost()", "h:80"),
        ("quantity('Gi').compareTo(quantity('0'))", 0),
        ("isQuantity('Pi')", False),
        ("quantity('0.5Ki').asInteger()", ERROR),
        ("quantity('0.5Ki').compareTo(quantity('512'))", 0),
        ("quantity('1Pi').isInteger()", False),
        ("quantity('1.0').isInteger()", False),
        ("isSemver('1.2.3-01')", False),
        ("isSemver('1.2.3-0')", True),
        ("semver('1.2.-rc', true).patch()", 0),
        ("isCIDR('10.0.0.0/08')", False),
        ("isCIDR('10.0.0.0/8')", True),
        ("'tacocat'.indexOf('c', 99)", -1),
        ("'tacocat'.indexOf('', 99)", 99),
        ("'tacocat'.substring(4, 7)", "cat"),
        ("''.split('')", []),
        ("[duration('1h'), duration('1m')].sum() == duration('61m')", REFUSED),
        ("'%e'.format([1.5])", REFUSED),
        ("'%.2f'.format([1234.5])", "1,234.50"),
        ("int(' 1')", REFUSED),
        ("int(object.padded)", ERROR),
        ("int(object.yes)", ERROR),
        ("[1, 'a'].size()", REFUSED),
        ("[1, dyn(1)].size()", REFUSED),
        ("'%s %d'.format(['a', 1])", "a 1"),
        ("'a'.matches('(?=a)')", REFUSED),
        ("true || 'a'.find('[') == ''", REFUSED),
        ("'a'.find('\\\\C')", REFUSED),
        ("timestamp('2026-1-1T00:00:00Z').getMonth()", REFUSED),
        ("duration(object.period).getMinutes()", 90),
        ("1.0 < 2 && 1u < 2 && 2 > 1.5", True),
        ("0.0 / 0.0 < 1.0", REFUSED),
        ("lists.range(object.number)", REFUSED),
        ("lists.range(size(object.padded))", [0, 1]),
        ("[1].all(object, true)", REFUSED),
        ("quantity('1').text", REFUSED),
        ("kubernetes.Quantity{text: '1'}", REFUSED),
        ("dyn(quantity('1')) == 5", REFUSED),
        ("ip('::1') == ip('0:0::1')", True),
        ("ip('::1') == object.padded", REFUSED),
        ("[ip('::1')] == [ip('::1')]", REFUSED),
        ("semver('1.0.0+a') == semver('1.0.0+b')", True),
        ("request.operation == 'CREATE'", ERROR),
        ("request.nosuch == 1", REFUSED),
        ("request.kind.group + 1", REFUSED),
        ("namespaceObject.metadata.nosuch == ''", REFUSED),
        ("has(oldObject.spec)", REFUSED),
        ("oldObject.?spec.hasValue()", REFUSED),
        ("object.`padded`", REFUSED),
        ("'abc'.reverse()", REFUSED),
    ],
)
def test_where_the_engine_differs_the_answer_is_that_of_kubernetes(expression: str, expected: Any) -> None:
    context = activation({"object": {"padded": " 1", "yes": True, "period": "1.5h", "number": 3}})
    found = outcome(expression, context)
    assert found == expected if expected in (ERROR, REFUSED) else same(found, expected), found


@pytest.mark.parametrize(
    ("expression", "found", "server"),
    [
        ("has(object.text.field)", ERROR, False),
        ("object.?text.?field.hasValue()", ERROR, False),
        ("object in object", ERROR, False),
    ],
)
def test_below_a_text_or_a_number_offline_ends_in_an_error(expression: str, found: Any, server: bool) -> None:
    """The differences that are left; the column `server` is what Kubernetes says."""
    context = activation({"object": {"text": "a", "number": 1}})
    assert outcome(expression, context) == found
    assert found in (ERROR, server)


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("object.metadata.labels.transformMap(k, v, v) == {}", "transformMap"),
        ("quantity('1') == quantity('1')", "compareTo(...) == 0"),
        ("[1, 'a'] == []", "mixed types: int and string"),
        ("{'a': 1, 'b': 'c'} == {}", "mixed types: int and string"),
        ("{'a': 1, 'a': 2} == {}", "not all written out and different"),
        ("'%d'.format(['a']) == ''", "%d does not take a string"),
        ("'%s'.format([]) == ''", "1 verbs and 0 arguments"),
        ("object.text.format([]) == ''", "written out"),
        ("timestamp(object.text) < timestamp('2026-01-01T00:00:00Z')", "written out"),
        ("timestamp('2026-01-01T00:00:00Z').getHours('Asia/Seoul') == 0", "time zone"),
        ("duration('1h').getMilliseconds() == 1", "getSeconds()"),
        ("string(duration('1h')) == ''", "getSeconds()"),
        ("[1.5].map(x, x).sum() > 1.0", "sum of doubles"),
        ("[1].flatten() == []", "list of lists"),
        ("params.?limit.hasValue()", "params can be null"),
        ("kubernetes.URL{} == null", "cannot make a message"),
        ("1e309 > 1.0", "above what a double holds"),
        ("type(dyn) == type", "dyn is not a value"),
        ("{b'a': 1} == {}", "key of type bytes"),
        ("object.text in []", "in []"),
    ],
)
def test_a_refusal_says_what_is_wrong(expression: str, says: str) -> None:
    reasons = list(refusals(decoded(check(expression, params=True))))
    assert any(says in reason for reason in reasons), reasons


def test_parameters_exist_with_a_param_kind_only() -> None:
    assert check("params == null", params=True)
    with pytest.raises(CompileError, match="undeclared reference to 'params'"):
        check("params == null", params=False)


def test_a_compile_error_names_line_and_column() -> None:
    with pytest.raises(CompileError, match=r"^2:5: undeclared reference to 'nosuch'$"):
        check("true &&\n    nosuch", params=False)
