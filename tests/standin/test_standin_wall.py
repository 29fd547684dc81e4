"""What every answer has and has not, and when the stand-in refuses to start."""

import pytest

from crystalcall.payments.standin.config import ConfigError, config_from_environment

PATHS = (
    ("GET", "/"),
    ("GET", "/nowhere"),
    ("GET", "/payment/payment"),
    ("POST", "/payment/payment"),
    ("POST", "/payment/pay"),
    ("POST", "/xml/v1/request.api"),
    ("GET", "/xml/v1/request.api"),
    ("GET", "/rest/v1/webhooks"),
    ("GET", "/_standin/faults"),
    ("GET", "/_standin/style.css"),
    ("GET", "/_standin/mark.svg"),
    ("DELETE", "/"),
)


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_no_answer_sets_a_cookie_and_all_are_walled(gateway, method, path):
    answer = gateway.client.request(method, path)
    assert "set-cookie" not in answer.headers
    assert answer.status_code < 500
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "unsafe" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost.evil:8003"])
def test_other_names_than_this_machines_are_refused(gateway, host):
    assert gateway.client.get("/", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost:8003", "127.0.0.1", "[::1]:8003"])
def test_the_names_of_this_machine_are_answered(gateway, host):
    assert gateway.client.get("/", headers={"Host": host}).status_code == 200


def test_the_front_page_explains_itself_and_shows_masked_transactions(gateway, card_numbers):
    empty = gateway.client.get("/").text
    assert "None yet." in empty
    trans_id = gateway.buy()
    page = gateway.client.get("/").text
    for words in (trans_id, "XXXX1111", "46282", "46299", "4111111111111111", "capturedPendingSettlement"):
        assert words in page
    assert "<script" not in page
    assert "http://127.0.0.1:8000/hooks/authorize-net/" in page


def test_the_front_pages_buttons_work_and_lead_back(gateway):
    trans_id = gateway.buy(fields={"zip": "46299"})
    same_site = {"Sec-Fetch-Site": "same-origin"}
    answer = gateway.client.post(
        "/_standin/reviews", data={"transId": trans_id, "action": "approve"}, headers=same_site
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert gateway.details(trans_id)["transaction"]["responseCode"] == 1
    missing = gateway.client.post("/_standin/reviews", data={"transId": "1"}, headers=same_site)
    assert missing.status_code == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"login_id": "5KP3u95bQpv"}, "demo"),
        ({"login_id": ""}, "demo"),
        ({"login_id": "demo" + "x" * 22}, "25"),
        ({"transaction_key": ""}, "transaction key"),
        ({"transaction_key": "x" * 17}, "transaction key"),
        ({"signature_key": ""}, "signature key"),
        ({"signature_key": "short"}, "signature key"),
        ({"bind_host": "0.0.0.0"}, "loopback"),  # noqa: S104 - it must be refused
        ({"bind_host": "::"}, "loopback"),
        ({"bind_host": "192.168.1.2"}, "loopback"),
        ({"bind_host": "localhost"}, "loopback"),
        ({"webhook_url": "https://store.example/hooks/"}, "not on this machine"),
        ({"webhook_url": "http://127.0.0.1.evil.example/"}, "not on this machine"),
        ({"webhook_url": "http://127.0.0.1@evil.example/"}, "not on this machine"),
        ({"port": 70_000}, "does not exist"),
    ],
)
def test_it_refuses_what_could_be_real_or_reachable(make_config, changes, words):
    with pytest.raises(ConfigError, match=words):
        make_config(**changes)


def test_a_refused_login_id_is_not_repeated(make_config):
    with pytest.raises(ConfigError) as refused:
        make_config(login_id="5KP3u95bQpv")
    assert "5KP3u95bQpv" not in str(refused.value)


def test_secrets_come_from_the_environment_or_from_files(tmp_path):
    (tmp_path / "key").write_text("b" * 128 + "\n", encoding="utf-8")
    environment = {
        "CRYSTALCALL_DATA": str(tmp_path / "data"),
        "CRYSTALCALL_BASE_PORT": "9000",
        "CRYSTALCALL_GATEWAY_LOGIN_ID": "demo-store",
        "CRYSTALCALL_GATEWAY_TRANSACTION_KEY": "k",
        "CRYSTALCALL_GATEWAY_SIGNATURE_KEY_FILE": str(tmp_path / "key"),
    }
    config = config_from_environment(environment)
    assert config.port == 9003
    assert config.signature_key == "b" * 128
    assert config.database == str(tmp_path / "data" / "standin.sqlite3")
    for name, value in (
        ("CRYSTALCALL_BASE_PORT", "many"),
        ("CRYSTALCALL_GATEWAY_SIGNATURE_KEY", "c" * 128),
        ("CRYSTALCALL_GATEWAY_SIGNATURE_KEY_FILE", str(tmp_path / "nowhere")),
        ("CRYSTALCALL_STANDIN_BIND", "10.0.0.1"),
    ):
        with pytest.raises(ConfigError):
            config_from_environment(environment | {name: value})
