"""Path patterns that are dropped early are those that would match nothing."""

from __future__ import annotations

import pytest

from qmslint.patterns import PathSet, example_of

PATHS = ["docs/ſtraße.md", "aKelvin", "STRASSE/ẞx", "Bcx", "a,b", "}x", "x/y", "README.md", "src/Read me.txt", "é\n.md"]


@pytest.mark.parametrize(
    ("glob", "expected"),
    [
        ("{a,B{c,d}}x", ["Bcx"]),
        ("*[Rr]ead*", ["README.md", "src/Read me.txt"]),
        ("STRAß*", ["docs/ſtraße.md"]),
        ("*kelvin", ["aKelvin"]),
        ("a,b*", ["a,b"]),
        ("}x", ["}x"]),
        ("**/ß?", ["STRASSE/ẞx"]),
        ("strasse/", ["STRASSE/ẞx"]),
        ("read*.{md,txt}", ["README.md", "src/Read me.txt"]),
        ("/readme.md", ["README.md"]),
        ("{readme,licence}.rst", []),
        ("é*", ["é\n.md"]),
    ],
)
def test_only_what_matches_nothing_is_dropped(glob: str, expected: list[str]) -> None:
    assert list(PathSet(PATHS).match((glob,))) == expected


@pytest.mark.parametrize(
    ("glob", "example"),
    [
        ("**/*.{test,spec}.{js,jsx}", "*.test.js"),
        ("/.github/rulesets/*.json", ".github/rulesets/*.json"),
        ("**/audits/**.{yml,md}", "audits/*.yml"),
        ("**/*risk[-_ ]register*", "*risk-register*"),
        ("/{docs/,}{a,{b,c}}.md", "docs/a.md"),
    ],
)
def test_the_simplest_of_what_a_path_pattern_stands_for(glob: str, example: str) -> None:
    assert example_of(glob) == example
