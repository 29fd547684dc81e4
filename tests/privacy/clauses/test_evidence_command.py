"""`crystalcall policy evidence`: the same as the page, for the operator and for machines."""

import json

import pytest
from click.testing import CliRunner

from crystalcall.config.cli.policy_evidence import evidence_command
from crystalcall.privacy.clauses.reading import IDS

pytestmark = [pytest.mark.django_db]


def test_a_machine_reads_every_clause():
    told = CliRunner().invoke(evidence_command, ["--json"], catch_exceptions=False)
    assert told.exit_code == 0
    assert [entry["id"] for entry in json.loads(told.stdout)["clauses"]] == list(IDS)


def test_a_person_reads_every_clause_and_figure():
    told = CliRunner(env={"COLUMNS": "200"}).invoke(evidence_command, catch_exceptions=False)
    assert told.exit_code == 0
    for name in IDS:
        assert name in told.stdout
    assert "Responses without a cookie" in told.stdout
