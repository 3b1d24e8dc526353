"""Text of the repository stays text: in a terminal, a pipeline's log, Markdown, XML, JSON and a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest

from qmslint.repo.build import Step, build, moment, person

from .ground import Ground

TOKEN = "ghp_" + "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO" + "0pINUx"
KEY = "AKIA" + "Q3EGUJXZ7MLKPR2D"
PRIVATE = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAx7Jq3nJ8mW0sV1kTzQ2pLhYbRcUeXoGdAfNiMvBw\n-----END RSA PRIVATE KEY-----\n"
TEXTS = (
    "\n::error file=a.py,line=1::pwned",
    "\r::set-output name=x::y",
    "x\n::add-mask::1\n",
    "##vso[task.setvariable variable=x]y",
    "\n##[error]x",
    "##teamcity[buildStatus status='SUCCESS']",
    "\nsection_start:1560896352:x[collapsed=true]\r\x1b[0K",
    "%0A::error::x %25 %0D",
    "\x1b[2J\x1b[H\x1b[32mall conforming",
    "\x1b]0;title\x07\x1b]8;;http://evil\x1b\\x\x1b]8;;\x1b\\",
    "\x9b2J\x90q\x9c\x08\x08\x7f",
    "\u202eevil\u202c \u2066x\u2069 \u200f \ufeff",
    "a\u2028b\u2029c\x85d\x0be\x0cf",
    "[/] [bold]x[/bold] [link=http://evil]y[/link] :warning:",
    "</failure></testcase><testcase name='forged'/>]]><!--",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "&lt;b&gt; &#x1b; &amp;",
    "![x](http://evil/x.png) [y](javascript:alert(1)) <http://evil>",
    "| a | b |\n|---|---|\n| forged | conforming |",
    "```\n# heading\n</details>",
    "@everyone @ada #1 !1",
    '"}],"state":"conforming","x":"',
    '=HYPERLINK("http://evil","x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "-2+3",
    "{{7*7}} ${7*7} <%= 7*7 %> {% x %}",
    "https://user:hunter2@example.org/x.git ssh://u:hunter2@h/x",
    "https://user:p@ss@word@example.org/",
    "\\u001b[31m \\x1b \\n::error::x",
    "%s %n %(x)s {0} {x}",
    "\udcff\udc80",
    "a" * 9000,
)


def steps() -> Iterator[Step]:
    """Yield a history that says every text everywhere where a text can be said."""
    for number, text in enumerate(TEXTS):
        line = "".join(letter for letter in text if letter not in "<>\n\0") or "x"
        when = moment("2025-06-01") + number * 86_400
        who = f"{line} <{line.replace(' ', '')[:80]}@example.org>"
        plain = text.encode("utf-8", "surrogateescape")
        files: dict[str, bytes | None] = {
            f"docs/adr/{number:04}-x.md": b"# " + plain + b"\n\nStatus: " + plain + b"\n\n## Decision\n\n" + plain + b"\n",
            f"docs/incidents/2026-01-{number % 28 + 1:02}-x.md": b"# " + plain + b"\n\nOwner: " + plain + b"\nDue: " + plain + b"\n",
            f"docs/x{number}.md": b"# " + plain + b"\n\n[" + plain + b"](" + plain.replace(b"\n", b"") + b")\n",
            f".github/workflows/x{number}.yml": b"on: push\njobs:\n  j:\n    name: "
            + json.dumps(text).encode() + b"\n    steps:\n      - run: " + json.dumps(text).encode() + b"\n",
            "CODEOWNERS": b"* " + plain + b"\n",
            "CHANGELOG.md": b"# Changelog\n\n## " + plain + b"\n\n- " + plain + b"\n",
            "docs/risks.csv": b"id,title,owner,status\nR1,\"" + plain.replace(b'"', b"") + b"\",x,open\n",
        }  # fmt: skip
        yield Step("commit", text.encode("utf-8", "replace").decode(), when, who, files=files)
        yield Step(
            "merge", f"Merge {line}", when + 60, who, topic_author=person("Ada"), topic_text=text.encode("utf-8", "replace").decode(),
            files={"a.txt": b"%d" % number},
        )  # fmt: skip
        tagger = who.encode("utf-8", "replace").decode()
        yield Step("tag", f"v1.{number}.0", when + 120, tagger, message=text.encode("utf-8", "replace").decode())


@pytest.fixture
def talking(ground: Ground) -> Ground:
    """A repository that says every text everywhere."""
    build(ground.repo, list(steps()))
    return ground


@pytest.mark.parametrize("options", [(), ("-v",)])
def test_no_text_breaks_out_of_any_format(talking: Ground, options: tuple[str, ...]) -> None:
    run = talking.examine(*options)
    report = run.report
    names = [item["rule"] for item in report["results"]]
    assert "hunter2" not in run.everything and "word@example" not in run.everything
    cases = [case.get("name") for case in ET.fromstring(run.outputs["junit"]).iter("testcase")]
    assert sorted(cases) == sorted(names)
    assert "forged" not in cases
    sarif = json.loads(run.outputs["sarif"])["runs"][0]
    assert [item["ruleId"] for item in sarif["results"]] == names
    for sign in ("<script", "<img", "](http", "<http", "@everyone", "```\n# heading"):
        assert sign not in run.outputs["markdown"], sign


@pytest.mark.slow
@pytest.mark.parametrize("form", ["terminal", "json", "markdown"])
def test_no_text_breaks_out_of_a_comparison(talking: Ground, form: str) -> None:
    talking.command("diff", "HEAD~9", "--format", form)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["table", "json", "csv", "svg"])
def test_no_text_breaks_out_of_a_trend(talking: Ground, form: str) -> None:
    run = talking.command("trend", "--every", "release", "--points", "5", "--format", form)
    if form == "csv":
        for row in csv.reader(io.StringIO(run.stdout)):
            assert not any(cell.startswith(("=", "+", "@", "\t", "\r")) for cell in row)
    if form == "svg":
        ET.fromstring(run.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("name", [text for text in TEXTS if "\0" not in text and len(text) < 200])
def test_complaints_repeat_no_text_unchanged(ground: Ground, name: str) -> None:
    """What the user typed or the configuration holds comes back in complaints."""
    folder = ground.start({"qmslint.yml": f"{json.dumps(name)}: 1\n"})
    odd = name.encode("utf-8", "replace").decode()
    for arguments in (
        ("check", str(folder)),
        ("check", str(folder), "--rev", odd),
        ("check", str(folder), "--select", odd),
        ("check", str(folder), "--as-of", odd),
        ("check", str(folder), "--pack", odd),
        ("check", str(folder), "--clause", odd),
        ("check", str(folder), "--format", odd),
        ("check", str(folder), "-o", odd),
        ("check", "/nowhere/" + odd),
        ("explain", odd),
    ):
        run = ground.run(*arguments)
        assert run.code == 2, (arguments, run)
        ground.keep(run, ground.inventory())


def test_secrets_are_found_but_never_shown(ground: Ground) -> None:
    body = f"token = '{TOKEN}'\nkey = {KEY}\n{PRIVATE}\nurl = https://bob:{TOKEN}@example.org/\n"
    names = ("config.py", ".env", "README.md", "docs/adr/0001-x.md", ".github/workflows/ci.yml", "deploy.sh", "id_rsa")
    ground.start(dict.fromkeys(names, body))
    ground.commit({"b.txt": "x"}, f"Use {TOKEN}")
    ground.git("config", "remote.origin.url", f"https://bob:{TOKEN}@example.org/x.git")
    ground.git("tag", "-a", "v1.0.0", "-m", f"Release {KEY}")
    for options in ((), ("-v",), ("--rev", "HEAD"), ("--staged",)):
        run = ground.examine(*options)
        assert "likely credentials" in run.everything
        for value in (TOKEN, KEY, "MIIEowIBAAKCAQEAx7Jq3nJ8"):
            assert value not in run.everything
