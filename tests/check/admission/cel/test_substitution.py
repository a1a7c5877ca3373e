"""Variables are written out where they are used, and nowhere else."""

import pytest

from generator.check.admission.cel.substitution import roots, written_out

KNOWN = {"a": "1 + 2", "noted": "object.x // why"}


@pytest.mark.parametrize(
    ("expression", "expected", "used"),
    [
        ("variables.a * 2", "(1 + 2\n) * 2", {"a"}),
        ("variables . a.b", "(1 + 2\n).b", {"a"}),
        ("variables.noted == 1", "(object.x // why\n) == 1", {"noted"}),
        ("object.variables.a", "object.variables.a", set()),
        ("'variables.a' + variables.a", "'variables.a' + (1 + 2\n)", {"a"}),
        ("'it\\'s variables.a'", "'it\\'s variables.a'", set()),
        ("r'\\' + variables.a + ''", "r'\\' + (1 + 2\n) + ''", {"a"}),
        ('"""say "variables.a" """', '"""say "variables.a" """', set()),
        ("b'variables.a'", "b'variables.a'", set()),
        ("1 // variables.a", "1 // variables.a", set()),
        ("myvariables.a", "myvariables.a", set()),
    ],
)
def test_a_variable_is_written_out(expression: str, expected: str, used: set[str]) -> None:
    assert written_out(expression, KNOWN) == (expected, used)


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("variables.b", "no variable «b» before this expression; known: a, noted"),
        ("variables['a']", "variables are used as variables.name"),
        ("variables.?a", "variables are used as variables.name"),
        ("[1].all(variables, variables.a)", "variables are used as variables.name"),
        ("object.`a-b`", "field names in backquotes"),
    ],
)
def test_any_other_use_is_refused(expression: str, says: str) -> None:
    with pytest.raises(ValueError, match=says.replace("[", r"\[")):
        written_out(expression, KNOWN)


def test_roots_are_words_that_are_not_fields() -> None:
    found = roots("object.spec.all(c, c.authorizer == 'params' && size(c) > 1.5e3) // request")
    assert found == {"object", "c", "size"}
