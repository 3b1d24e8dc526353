"""OSCAL held against compliance-trestle's models of the standard, and the in-toto statement against its own library."""

from __future__ import annotations

import json

import pytest

from qmslint.report import render

from ..formats_data import nasty_report, plain_report, wide_report
from .conftest import module

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


REPORTS = {"hostile": nasty_report(), "wide": wide_report(), "plain": plain_report(), "empty": plain_report(results=())}


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_assessment_results_are_a_valid_model_whose_references_lead_somewhere(name: str) -> None:
    model = module("trestle.oscal.assessment_results").AssessmentResults
    document = json.loads(render("oscal", REPORTS[name]))["assessment-results"]
    read = model(**document)
    assert module("trestle.core.duplicates_validator").DuplicatesValidator().model_is_valid(read, True, None)
    assert module("trestle.core.refs_validator").RefsValidator().model_is_valid(read, True, None)
    result = read.results[0]
    known = {observation.uuid for observation in result.observations or ()}
    assert {ref.observation_uuid for finding in result.findings or () for ref in finding.related_observations} <= known
    assert len(known) == len(REPORTS[name].results)


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_statement_is_one_the_framework_accepts(name: str) -> None:
    protobuf = module("in_toto_attestation.v1.statement_pb2")
    statement = module("in_toto_attestation.v1.statement").Statement
    parse = module("google.protobuf.json_format").ParseDict
    read = parse(json.loads(render("intoto", REPORTS[name])), protobuf.Statement())
    statement.copy_from_pb(read).validate()
