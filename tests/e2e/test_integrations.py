"""What people copy into their pipelines: each file parses, holds its promises, and its command lines run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from packaging.requirements import Requirement

from .test_bad_input import environment, repository

TOP = Path(__file__).parents[2]
CI = TOP / "examples/ci"
BIN = Path(sys.executable).parent
ACTION: dict[str, Any] = yaml.safe_load((TOP / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
GUIDE = (TOP / "docs/guides/pipelines.md").read_text(encoding="utf-8")

TEXT = {"type": "string"}
ACTION_SCHEMA = {
    "type": "object",
    "required": ["name", "description", "inputs", "outputs", "runs"],
    "additionalProperties": False,
    "properties": {
        "name": TEXT,
        "description": {"type": "string", "maxLength": 125},
        "author": TEXT,
        "branding": {"type": "object", "required": ["icon", "color"]},
        "inputs": {
            "additionalProperties": {
                "required": ["description", "default"],
                "additionalProperties": False,
                "properties": {"description": TEXT, "default": TEXT, "required": {"type": "boolean"}},
            }
        },
        "outputs": {
            "additionalProperties": {
                "required": ["description", "value"],
                "additionalProperties": False,
                "properties": {"description": TEXT, "value": TEXT},
            }
        },
        "runs": {
            "required": ["using", "steps"],
            "additionalProperties": False,
            "properties": {
                "using": {"const": "composite"},
                "steps": {
                    "type": "array",
                    "items": {
                        "oneOf": [{"required": ["run", "shell"]}, {"required": ["uses"]}],
                        "additionalProperties": False,
                        "properties": {
                            **dict.fromkeys(("id", "if", "name", "run", "shell", "working-directory"), TEXT),
                            "uses": {"type": "string", "pattern": "^[a-z-]+/[a-z/-]+@[0-9a-f]{40}$"},
                            "with": {"type": "object"},
                            "env": {"additionalProperties": TEXT},
                        },
                    },
                },
            },
        },
    },
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A repository with little to show, so that there is something to find."""
    files = {"README.md": "# Thing\n\nWhat it does.\n", "thing.py": "print('x')\n"}
    return repository(tmp_path / "r", files, {"a.txt": "x"})


def shell(script: str, at: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a script as a runner does, with this environment's programs first."""
    call = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        call, cwd=at, env=environment(PATH=path, **env), capture_output=True, text=True, timeout=100, check=False
    )


def examine(at: Path, **given: str) -> tuple[subprocess.CompletedProcess[str], dict[str, str], str]:
    """Run the action's own script as GitHub would, and return what it did, its outputs and the summary."""
    temp = at.parent / "temp"
    temp.mkdir(exist_ok=True)
    if not (temp / "qmslint-venv").exists():
        (temp / "qmslint-venv").symlink_to(BIN.parent)
    step = next(step for step in STEPS if step.get("id") == "examine")
    names = {name: value for name, value in step["env"].items() if "inputs." in value}
    env = {}
    for name, value in names.items():
        key = value.split("inputs.")[1].split()[0]
        env[name] = given.get(key, ACTION["inputs"][key]["default"])
    files = {"GITHUB_OUTPUT": at.parent / "output", "GITHUB_STEP_SUMMARY": at.parent / "summary"}
    for file in files.values():
        file.write_text("")
    done = shell(step["run"], at, RUNNER_TEMP=str(temp), **env, **{name: str(file) for name, file in files.items()})
    outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
    return done, outputs, files["GITHUB_STEP_SUMMARY"].read_text()


def test_the_action_has_the_form_of_an_action() -> None:
    jsonschema.validate(ACTION, ACTION_SCHEMA)
    ids = {step["id"] for step in STEPS if "id" in step}
    referred = set(re.findall(r"steps\.([\w-]+)\.", (TOP / "action.yml").read_text(encoding="utf-8")))
    assert referred <= ids
    used = set(re.findall(r"inputs\.([\w-]+)", (TOP / "action.yml").read_text(encoding="utf-8")))
    assert used == set(ACTION["inputs"])


def test_no_expression_reaches_a_script_of_the_action() -> None:
    assert not [step["run"] for step in STEPS if "${{" in step.get("run", "")]


@pytest.mark.parametrize("file", [TOP / "action.yml", CI / "github-actions.yml"], ids=lambda file: file.name)
def test_other_actions_are_named_by_commit_with_their_version(file: Path) -> None:
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if re.match(r"\s*-? ?uses:", line)]
    assert lines
    for line in lines:
        assert re.search(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line) or "uses: qmslint/qmslint@" in line, line


@pytest.mark.parametrize("what", ["input", "output"])
def test_the_guide_lists_what_the_action_takes_and_gives(what: str) -> None:
    table = GUIDE.split(f"| {what} |")[1].split("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    told = {row[0].strip("`"): tuple(cell.strip("`") for cell in row[1:]) for row in rows}
    if what == "input":
        assert told == {name: (spec["default"], spec["description"]) for name, spec in ACTION["inputs"].items()}
    else:
        assert told == {name: (spec["description"],) for name, spec in ACTION["outputs"].items()}


def test_the_action_writes_reports_and_summary_and_keeps_the_exit_code(place: Path) -> None:
    done, outputs, summary = examine(place, packs="core\n", **{"max-unassessed": "100"})
    assert (done.returncode, outputs["exit-code"]) == (1, "1"), done.stderr
    assert all(Path(outputs[name]).stat().st_size for name in ("html", "json", "sarif"))
    assert summary == (Path(outputs["html"]).parent / "qmslint.markdown").read_text() != ""
    done, outputs, summary = examine(place, packs="core", summary="false", **{"fail-on": "never"})
    assert (done.returncode, outputs["exit-code"], summary) == (4, "4", "")


def test_what_is_not_understood_fails_the_action_and_leaves_no_report(place: Path) -> None:
    done, outputs, summary = examine(place, packs="nonsense")
    assert (done.returncode, outputs, summary) == (2, {"exit-code": "2"}, "")


@pytest.mark.parametrize("name", sorted(ACTION["inputs"]))
def test_no_input_of_the_action_can_run_anything(place: Path, name: str) -> None:
    for value in ("$(touch hit)", '"; touch hit; "', "--help\n`touch hit`", "-x"):
        examine(place, **{name: value})
    assert not (place / "hit").exists() and "hit" not in os.listdir(place.parent)


def commands(file: Path) -> list[str]:
    """Return the lines of a file that run the program."""
    found = re.findall(
        r"^[ \-]*(?:run: |script: )?(qmslint (?:check|diff) .*)$", file.read_text(encoding="utf-8"), re.M
    )
    return [line.strip() for line in found]


@pytest.mark.parametrize("name", ["gitlab-ci.yml", "azure-pipelines.yml", "Jenkinsfile"])
def test_the_commands_of_the_examples_run_and_write_what_is_kept(place: Path, name: str) -> None:
    found = commands(CI / name)
    assert found
    written = set()
    for command in found:
        done = shell(command, place)
        assert done.returncode in (0, 1, 4), done.stderr
        written |= {word.split(":", 1)[1] for word in shlex.split(command) if re.match(r"\w+:\w+\.", word)}
    assert written and all((place / file).stat().st_size for file in written)
    kept = set(re.findall(r"\bqmslint\.(?:xml|html|sarif|json)\b", (CI / name).read_text(encoding="utf-8")))
    assert kept == written


def test_the_pipeline_examples_parse_and_fetch_the_history() -> None:
    gitlab = yaml.safe_load((CI / "gitlab-ci.yml").read_text(encoding="utf-8"))["qmslint"]
    assert gitlab["variables"]["GIT_DEPTH"] == "0"
    assert gitlab["artifacts"]["when"] == "always"
    assert gitlab["artifacts"]["reports"] == {"junit": "qmslint.xml", "codequality": "qmslint.json"}
    azure = yaml.safe_load((CI / "azure-pipelines.yml").read_text(encoding="utf-8"))
    assert azure["steps"][0]["fetchDepth"] == "0"
    github = yaml.safe_load((CI / "github-actions.yml").read_text(encoding="utf-8"))
    steps = github["jobs"]["evidence"]["steps"]
    assert steps[0]["with"] == {"fetch-depth": 0, "persist-credentials": False}
    ours = next(step for step in steps if step.get("id") == "qmslint")
    assert set(ours["with"]) <= set(ACTION["inputs"])
    assert set(re.findall(r"steps\.qmslint\.outputs\.([\w-]+)", str(steps))) <= set(ACTION["outputs"])
    jenkins = (CI / "Jenkinsfile").read_text(encoding="utf-8")
    assert all(jenkins.count(left) == jenkins.count(right) for left, right in ("{}", "()", "[]"))
    assert jenkins.count("'''") == 2 and "shallow: false" in jenkins


def test_the_hooks_of_the_example_exist() -> None:
    hooks = {hook["id"]: hook for hook in yaml.safe_load((TOP / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    example = yaml.safe_load((CI / "pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert {hook["id"] for repo in example["repos"] for hook in repo["hooks"]} == set(hooks)


def test_the_megalinter_plugin_calls_the_program_as_it_is(place: Path) -> None:
    plugin = yaml.safe_load((CI / "mega-linter-descriptor.yml").read_text(encoding="utf-8"))
    (linter,) = plugin["linters"]
    assert plugin["descriptor_type"] in ("language", "format", "tooling_format", "other")
    assert linter["cli_lint_mode"] == "project"
    # Of a plug-in's ways to install, MegaLinter runs only these.
    assert set(linter["install"]) == {"dockerfile"}
    assert all(line.startswith("RUN ") for line in linter["install"]["dockerfile"])
    sarif = [word.replace("{{SARIF_OUTPUT_FILE}}", "megalinter.sarif") for word in linter["cli_sarif_args"]]
    done = shell(shlex.join([linter["cli_executable"], *linter["cli_lint_extra_args"], *sarif]), place)
    assert done.returncode in (1, 4), done.stderr
    count = re.search(linter["cli_lint_errors_regex"], done.stdout)
    assert count and int(count[1]) > 0
    assert (place / "megalinter.sarif").stat().st_size
    for argument in (linter["cli_version_arg_name"], linter["cli_help_arg_name"]):
        assert shell(f"{linter['cli_executable']} {argument}", place).returncode == 0
    for example in linter["examples"]:
        assert shell(example, place).returncode == done.returncode


def test_the_container_is_pinned_and_runs_without_rights() -> None:
    text = (TOP / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.split(None, 1) for line in text.splitlines() if line and not line.startswith("#")]
    bases = [rest.split()[0] for word, rest in lines if word == "FROM"]
    assert bases and all(re.search(r":\d+\.\d+-slim-\w+$", base) for base in bases)
    assert {rest for word, rest in lines if word == "USER"} == {"65532:65532"}
    assert [word for word, _ in lines][-4:] == ["USER", "WORKDIR", "ENTRYPOINT", "CMD"]
    assert any("install" in rest and " git" in rest for word, rest in lines if word == "RUN")
    for word, rest in lines:
        if word == "COPY" and not rest.startswith("--from"):
            assert all((TOP / source).exists() for source in rest.split()[:-1])
    installs = [rest for word, rest in lines if word == "RUN" and "pip install" in rest]
    assert all("--require-hashes" in rest or "--no-deps" in rest for rest in installs)


def _pins(name: str) -> dict[str, str]:
    text = (TOP / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", text, re.M))


def test_the_lock_to_run_with_holds_what_is_tested() -> None:
    run, tested = _pins("requirements-run.lock"), _pins("requirements.lock")
    assert {name: version for name, version in run.items() if tested.get(name, version) != version} == {}
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
    needed = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    for requirement in map(Requirement, needed):
        assert run[requirement.name.lower()] in requirement.specifier


@pytest.mark.slow
def test_the_action_installs_from_its_own_files(tmp_path: Path) -> None:
    """The script as it is, with the network the tests have; what it installs must answer."""
    step = next(step for step in STEPS if "pip" in step.get("run", ""))
    at = repository(tmp_path / "r", {"README.md": "# Thing\n"})
    done = shell(step["run"], at, RUNNER_TEMP=str(tmp_path), PYTHON=sys.executable, ACTION=str(TOP))
    if done.returncode and "No matching distribution" in done.stderr:
        pytest.skip("the package index cannot be reached from here")
    assert done.returncode == 0, done.stderr
    assert shell(f"{tmp_path}/qmslint-venv/bin/qmslint check --pack core .", at).returncode in (0, 1, 4)


def test_the_schema_line_for_editors_names_schemas_that_are_published() -> None:
    names = set(re.findall(r"\b([a-z]+-1\.json)\b", GUIDE))
    assert names == {"config-1.json", "waivers-1.json", "policy-1.json", "rule-1.json", "cases-1.json", "pack-1.json"}
    assert all((TOP / "schemas" / name).is_file() for name in names)
