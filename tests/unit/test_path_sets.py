"""Matching paths of a revision by what was matched in the one before gives the same answers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qmslint.patterns import PathSet

NAMES = st.lists(st.sampled_from(["a.md", "b.md", "docs/a.md", "docs/b/c.md", "x\ny.md", "x\ufffdy.md", "\udcff.md", "z.py", "src/z.py"]), unique=True)  # fmt: skip
GLOBS = (("*.md",), ("docs/",), ("/*.py", "docs/**/c.md"), ("[",), ())


@given(st.lists(NAMES, min_size=2, max_size=4), st.booleans())
def test_a_set_built_on_another_matches_the_same(revisions: list[list[str]], ordered: bool) -> None:
    before = None
    for paths in revisions:
        paths = sorted(paths) if ordered else paths
        before = PathSet(paths, before)
        for globs in GLOBS:
            assert before.match(globs) == PathSet(paths).match(globs)
