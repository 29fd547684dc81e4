"""The data map: fideslang's own models take it, and nothing in it is typed by hand."""

import pytest
import yaml
from click.testing import CliRunner
from django.utils.translation import override
from fideslang import DEFAULT_TAXONOMY
from fideslang.models import Dataset, System

from crystalcall.config.cli.privacy.data_map import data_map_command
from crystalcall.privacy.data_map import fides, layout
from crystalcall.privacy.inventory import declared_models, personal_fields
from crystalcall.privacy.providers import PROVIDERS

pytestmark = [pytest.mark.clause("C01")]


@pytest.fixture(scope="module")
def manifest():
    return yaml.safe_load(fides.as_yaml())


def test_fideslang_takes_every_dataset_and_system(manifest):
    datasets = [Dataset.model_validate(entry) for entry in manifest["dataset"]]
    systems = [System.model_validate(entry) for entry in manifest["system"]]
    assert {system.fides_key for system in systems} == {"crystalcall", *(key.replace("-", "_") for key in PROVIDERS)}
    assert {key for system in systems for key in system.dataset_references} <= {entry.fides_key for entry in datasets}


def test_every_field_of_every_table_is_in_it(manifest):
    mapped = {
        (f"{dataset['fides_key'].removeprefix('crystalcall_')}.{collection['name']}", field["name"])
        for dataset in manifest["dataset"]
        for collection in dataset["collections"]
        for field in collection["fields"]
    }
    assert mapped == {(model, name) for model, fields in declared_models().items() for name in fields}


def test_every_key_in_it_is_known_to_the_taxonomy(manifest):
    categories = {entry.fides_key for entry in DEFAULT_TAXONOMY.data_category}
    uses = {entry.fides_key for entry in DEFAULT_TAXONOMY.data_use}
    subjects = {entry.fides_key for entry in DEFAULT_TAXONOMY.data_subject}
    for system in manifest["system"]:
        for declaration in system["privacy_declarations"]:
            assert set(declaration["data_categories"]) <= categories
            assert declaration["data_use"] in uses
            assert set(declaration["data_subjects"]) <= subjects


@pytest.mark.clause("C17")
def test_it_says_that_there_are_no_cookies(manifest):
    assert manifest["system"][0]["uses_cookies"] is False


def test_it_is_the_same_twice_and_in_english_whatever_is_spoken():
    with override("ru"):
        assert fides.as_yaml() == fides.as_yaml()
        assert "to take and deliver your order" in fides.as_yaml()


@pytest.mark.parametrize("spoken", ["en", "ru"])
def test_the_drawing_shows_every_category_and_receiver_without_overlaps(spoken):
    with override(spoken):
        drawn = layout.data_map()
    keys = {box.key for box in drawn.boxes}
    assert {field.category for fields in personal_fields().values() for field in fields.values()} <= keys
    assert set(PROVIDERS) <= keys
    for box in drawn.boxes:
        assert 0 <= box.x <= drawn.width - box.width
        assert 0 <= box.y <= drawn.height - box.height
        assert all(len(line.words) <= layout.LETTERS for line in box.lines)
        others = [other for other in drawn.boxes if other is not box and other.x == box.x]
        assert all(other.y >= box.y + box.height or other.y + other.height <= box.y for other in others)


def test_the_command_writes_it_to_a_file(tmp_path):
    target = tmp_path / "map.yaml"
    told = CliRunner().invoke(data_map_command, ["--out", str(target)], catch_exceptions=False)
    assert told.exit_code == 0
    assert target.read_text(encoding="utf-8") == fides.as_yaml()
