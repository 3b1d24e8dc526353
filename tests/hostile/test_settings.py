"""What a repository says about itself may only be data, stays inside, and is shown where it makes a verdict milder."""

from __future__ import annotations

import pytest

from .ground import SECRET, Ground, write

OUT_OF_BOUNDS = {
    "a pack by its path": "packs: [./quality]\n",
    "a pack outside": "packs: [../outside]\n",
    "an absolute pack": "packs: [{outside}]\n",
    "a pack by address": "packs: ['https://example.org/pack']\n",
    "a plug-in": "plugins: [evil]\n",
    "an output": "output: /tmp/x\n",
    "a git program": "git: ./git\n",
    "a cache": "cache: ../outside\n",
    "an include": "include: ../outside/secret.md\n",
    "a tag": "packs: !!python/object/apply:os.system ['true']\n",
    "a bomb of a pattern": "release_tags: '((a{{1,1000}}){{1,1000}}){{1,1000}}'\n",
}


@pytest.mark.parametrize("name", sorted(OUT_OF_BOUNDS))
def test_configuration_names_nothing_to_run_read_or_write(ground: Ground, name: str) -> None:
    text = OUT_OF_BOUNDS[name].format(outside=ground.outside)
    trap = ground.trap("pack")
    rule = f"id: team.thing\ncheck: {{os.system: {{command: {trap}}}}}\n"
    ground.start({"qmslint.yml": text, "quality/packs/mine.yaml": "id: mine\n", "quality/team/team.thing.yaml": rule})
    write(ground.outside / "packs/mine.yaml", f"id: {SECRET}\n")
    run = ground.examine(timeout=20)
    assert run.code == 2 and run.stderr.count("\n") == 1, run.stderr
    assert ground.examine("--no-repo-config").code in (0, 1)


@pytest.mark.parametrize(
    "pointer",
    ["../outside/secret.md", "{outside}/secret.md", "~/x", "$HOME/x", "file://{outside}/secret.md", "\n::error::x"],
)
def test_pointers_to_documents_stay_inside(ground: Ground, pointer: str) -> None:
    pointer = pointer.format(outside=ground.outside)
    keys = ("incident-runbook", "recovery-plan", "readme", "contributing")
    documents = "".join(f"  {key}: {pointer!r}\n".replace("\\n", "\\n") for key in keys)
    ground.start({"qmslint.yml": f"documents:\n{documents}"})
    ground.examine()


def test_whatever_makes_it_milder_is_shown_in_every_format(ground: Ground) -> None:
    text = (
        "rules:\n  doc.control-of-documents: {grade: ofi, reason: not our way of working}\n"
        "exclude: ['docs/**']\nignore: ['ci.*']\n"
        "exclusions: [{clause: '7.1.5.2', reason: nothing measured here, approved_by: head of quality}]\n"
    )
    ground.start()
    some = ground.examine().report["results"][0]["rule"]
    write(ground.repo / "qmslint.yml", text.replace("doc.control-of-documents", some))
    run = ground.examine("--fail-on", "never")
    assert run.code == 0
    for form, output in run.outputs.items():
        if form != "junit":
            plain = output.replace("\\", "")
            for sign in ("not our way of working", "docs/**", "ci.*", "nothing measured here"):
                assert sign in plain, (form, sign)
    strict = ground.examine("--no-repo-config")
    assert not strict.report["lowered"]


def test_patterns_of_a_pack_are_linear(ground: Ground) -> None:
    """A pack comes from the user, yet a pattern in it must not take for ever over hostile text."""
    folder = ground.base / "quality"
    rule = (
        "id: team.thing\ntitle: No such text\nclauses: ['8.6']\nquestions: [document]\nbasis: requirement\n"
        "grades: {default: minor}\nwhy: Because we said so in our own policy.\nlooks_for: Text that the policy says must not be there.\n"
        "fix: Take the text out and commit that.\nexample: none\n"
        "check: {forbidden-text: {keys: [readme], patterns: ['(a+)+$', '(a|a)*b', '(.*a){20}']}}\n"
    )
    write(folder / "team/team.thing.yaml", rule)
    write(folder / "packs/mine.yaml", "id: mine\nversion: '1'\ntitle: Mine\nrules: [team.thing]\n")
    ground.start({"README.md": "a" * 400_000 + "!"})
    run = ground.examine("--pack", str(folder), timeout=30)
    assert run.code in (0, 1, 2), run.stderr
    assert run.code != 2, run.stderr
