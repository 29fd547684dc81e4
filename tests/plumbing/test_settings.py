"""Settings are read once, typed, and refused with a sentence when they make no sense."""

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.plumbing.settings import SECRETS, Settings, SettingsError, read_settings, variable_of

SECRET_VALUES = {
    "CRYSTALCALL_SECRET_KEY": secrets.token_hex(32),
    "CRYSTALCALL_SEALING_KEY": secrets.token_hex(32),
    "CRYSTALCALL_LOOKUP_KEY": secrets.token_hex(32),
    "CRYSTALCALL_GATEWAY_LOGIN_ID": "demo-login",
    "CRYSTALCALL_GATEWAY_TRANSACTION_KEY": "demo-transaction",
    "CRYSTALCALL_GATEWAY_SIGNATURE_KEY": secrets.token_hex(64),
}
PRODUCTION = SECRET_VALUES | {
    "CRYSTALCALL_PROFILE": "production",
    "CRYSTALCALL_STORE_BASE_URL": "https://shop.example",
    "CRYSTALCALL_BACKOFFICE_BASE_URL": "https://staff.example",
    "CRYSTALCALL_SWITCH_BASE_URL": "https://switch.example",
    "CRYSTALCALL_GATEWAY_API_URL": "https://api.example/xml/v1/request.api",
    "CRYSTALCALL_GATEWAY_REST_URL": "https://api.example/rest/v1",
    "CRYSTALCALL_GATEWAY_HOSTED_URL": "https://pay.example/payment/payment",
    "CRYSTALCALL_ALLOWED_HOSTS": "shop.example",
    "CRYSTALCALL_SMTP_HOST": "mail.example",
    "CRYSTALCALL_SMTP_TLS": "starttls",
}


def refusal(environment: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        read_settings(environment)
    return str(caught.value)


def test_a_complete_production_environment_starts():
    assert read_settings(PRODUCTION).profile == "production"


@pytest.mark.parametrize("name", sorted(SECRET_VALUES))
def test_a_missing_secret_stops_the_start_and_is_named(name):
    assert name in refusal({key: value for key, value in PRODUCTION.items() if key != name})


@pytest.mark.parametrize("name", sorted(SECRET_VALUES))
def test_an_empty_secret_is_a_missing_secret(name):
    assert name in refusal(PRODUCTION | {name: ""})


def test_a_secret_comes_from_the_file_that_its_file_variable_names(tmp_path):
    file = tmp_path / "key"
    file.write_text(SECRET_VALUES["CRYSTALCALL_SEALING_KEY"] + "\n")
    environment = {key: value for key, value in PRODUCTION.items() if key != "CRYSTALCALL_SEALING_KEY"}
    settings = read_settings(environment | {"CRYSTALCALL_SEALING_KEY_FILE": str(file)})
    assert settings.sealing_key == SECRET_VALUES["CRYSTALCALL_SEALING_KEY"]


def test_a_secret_file_that_cannot_be_read_is_said_without_its_content():
    environment = {key: value for key, value in PRODUCTION.items() if key != "CRYSTALCALL_SEALING_KEY"}
    said = refusal(environment | {"CRYSTALCALL_SEALING_KEY_FILE": "/nowhere/at/all"})
    assert said == "CRYSTALCALL_SEALING_KEY_FILE names a file that cannot be read."


def test_a_secret_given_twice_is_refused(tmp_path):
    file = tmp_path / "key"
    file.write_text(secrets.token_hex(32))
    assert "Both" in refusal(PRODUCTION | {"CRYSTALCALL_SEALING_KEY_FILE": str(file)})


@pytest.mark.clause("C21", "C23")
@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"CRYSTALCALL_DEBUG": "true"}, "DEBUG"),
        ({"CRYSTALCALL_STORE_BASE_URL": "http://shop.example"}, "https"),
        ({"CRYSTALCALL_GATEWAY_API_URL": "http://127.0.0.1:8003/xml/v1/request.api"}, "https"),
        ({"CRYSTALCALL_PROCESS_HOSTS": "2"}, "SQLite"),
        ({"CRYSTALCALL_SMTP_TLS": "none"}, "SMTP_TLS"),
        ({"CRYSTALCALL_ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"CRYSTALCALL_BACKOFFICE_BASE_URL": "http://staff.example"}, "https"),
        ({"CRYSTALCALL_BACKOFFICE_BASE_URL": "https://SHOP.example:443"}, "another host or port"),
        ({"CRYSTALCALL_PASSWORD_MEMORY_KIB": "1024"}, "guessed too fast"),
        ({"CRYSTALCALL_DATABASE_URL": "mysql://root@db/shop"}, "postgresql"),
        ({"CRYSTALCALL_LOOKUP_KEY": SECRET_VALUES["CRYSTALCALL_SEALING_KEY"]}, "differ"),
        ({"CRYSTALCALL_SEALING_KEY": "0" * 64}, "not random"),
        ({"CRYSTALCALL_SECRET_KEY": "x" * 60}, "not random"),
        ({"CRYSTALCALL_GUARANTEE_DAYS": "7"}, "GUARANTEE_DAYS"),
        ({"CRYSTALCALL_BASE_PORT": "80"}, "BASE_PORT"),
        ({"CRYSTALCALL_CALL_CAP_SECONDS": "-1"}, "CALL_CAP_SECONDS"),
        ({"CRYSTALCALL_PROFILE": "staging"}, "PROFILE"),
        ({"CRYSTALCALL_COLOR": "blue"}, "CRYSTALCALL_COLOR is not a setting"),
        ({"CRYSTALCALL_STORE_BASE_URL": "https://shop.example/"}, "slash"),
        ({"CRYSTALCALL_STORE_TIME_ZONE": "Mars/Olympus"}, "STORE_TIME_ZONE"),
        ({"CRYSTALCALL_CALLS_PER_CARD": "0"}, "CALLS_PER_CARD"),
    ],
)
def test_nonsense_is_refused_with_a_sentence_that_names_it(change, word):
    said = refusal(PRODUCTION | change)
    assert word in said
    assert said.endswith(".")


def test_postgresql_serves_more_than_one_host():
    settings = read_settings(
        PRODUCTION | {"CRYSTALCALL_PROCESS_HOSTS": "3", "CRYSTALCALL_DATABASE_URL": "postgresql://shop@db.example/shop"}
    )
    assert settings.process_hosts == 3


@pytest.mark.parametrize("name", sorted(name for name in SECRET_VALUES if "LOGIN" not in name))
def test_no_refusal_shows_a_secret(name):
    bad = PRODUCTION[name] + "-spoilt-with-something-long"
    assert bad not in refusal(PRODUCTION | {name: bad, "CRYSTALCALL_DEBUG": "true"})


@given(
    st.dictionaries(st.sampled_from([variable_of(field) for field in Settings.__struct_fields__]), st.text(max_size=40))
)
def test_no_value_at_all_makes_anything_but_settings_or_a_sentence(values):
    try:
        settings = read_settings(SECRET_VALUES | values)
    except SettingsError as problem:
        assert str(problem)
    else:
        assert isinstance(settings, Settings)


def test_the_demo_finds_the_secrets_it_made_beside_its_data(tmp_path):
    (tmp_path / "secrets").mkdir()
    for name, value in SECRET_VALUES.items():
        (tmp_path / "secrets" / f"{name.removeprefix('CRYSTALCALL_').lower()}.txt").write_text(value + "\n")
    assert read_settings({"CRYSTALCALL_DATA": str(tmp_path)}).sealing_key == SECRET_VALUES["CRYSTALCALL_SEALING_KEY"]
    said = refusal({"CRYSTALCALL_DATA": str(tmp_path), "CRYSTALCALL_PROFILE": "production"})
    assert "CRYSTALCALL_SEALING_KEY" in said


def test_settings_are_frozen():
    with pytest.raises(AttributeError):
        read_settings(SECRET_VALUES).debug = True


def test_local_addresses_follow_the_base_port():
    settings = read_settings(SECRET_VALUES | {"CRYSTALCALL_BASE_PORT": "9100"})
    assert settings.store_base_url == "http://127.0.0.1:9100"
    assert settings.gateway_hosted_url == "http://127.0.0.1:9103/payment/payment"
    assert settings.smtp_port == 9105


def test_every_secret_is_a_field():
    assert set(Settings.__struct_fields__) >= SECRETS
