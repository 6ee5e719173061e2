"""An example of a team's own tests: the API alone, without a gateway."""
import pytest
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from attest import ResultTokens
from attest_testing import AUDIENCE, ISSUER

URL = "http://testserver/account"
ORDER = b'{"to":"ben","amount":5}'


@pytest.fixture
def client(attest):
    from account_fastapi import app

    return TestClient(app)


def test_knows_the_device(client, attest):
    answer = client.get("/account/me?x=1", headers=attest.headers("GET", f"{URL}/me", user="anna"))
    assert answer.json() == {"device": "test-device", "user": "anna", "outcome": "accepted", "evidence": ["session"]}


def test_takes_no_request_that_goes_round_the_gateway(client, attest):
    forged = {"X-Attest-Outcome": "accepted", "X-Attest-Device": '"test-device"', "X-Attest-Token": "forged"}
    for headers in ({}, forged, attest.headers("GET", f"{URL}/other")):
        assert client.get("/account/me", headers=headers).status_code == 403


def test_says_503_and_logs_an_error_if_there_are_no_keys(client, attest, monkeypatch, caplog):
    tokens = ResultTokens("http://127.0.0.1:1/results.json", ISSUER, AUDIENCE)
    monkeypatch.setattr("attested_fastapi.result_tokens", lambda: tokens)
    answer = client.get("/account/me?secret=1", headers=attest.headers("GET", f"{URL}/me"))
    assert (answer.status_code, answer.text.strip()) == (503, '{"detail":"Service Unavailable"}')
    [record] = [each for each in caplog.records if each.name == "attest"]
    assert record.levelname == "ERROR"
    assert record.getMessage().startswith("refused GET '/account/me': the public keys cannot be fetched from ATTEST_KEYS: ")


def test_takes_the_body_that_the_device_signed_and_no_other(client, attest):
    headers = attest.headers("POST", f"{URL}/transfers", body=ORDER) | {"Content-Type": "application/json"}
    answer = client.post("/account/transfers", content=ORDER, headers=headers)
    assert answer.json() == {"sent": 5, "to": "ben", "device": "test-device"}
    assert client.post("/account/transfers", content=ORDER.replace(b"5", b"9"), headers=headers).status_code == 403


def test_talks_to_a_device(client, attest):
    with client.websocket_connect("/account/live", headers=attest.headers("GET", f"{URL}/live")) as socket:
        assert socket.receive_json() == {"device": "test-device"}
        socket.send_text("hello")
        assert socket.receive_text() == "hello"
    with pytest.raises(WebSocketDisconnect):
        client.websocket_connect("/account/live").__enter__()


def test_a_handler_alone(client):
    """Without any token: FastAPI replaces the dependency."""
    from account_fastapi import account
    from attest import Attested
    from attested_fastapi import attested

    account.dependency_overrides[attested] = lambda: Attested("accepted", ("session",), "a-device", None, None)
    try:
        assert client.get("/account/me").json()["device"] == "a-device"
    finally:
        account.dependency_overrides.clear()
