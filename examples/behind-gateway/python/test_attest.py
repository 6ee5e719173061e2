"""What attest.py accepts and refuses. Copy it beside that file, or leave it here."""
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from attest import Attested, KeysUnavailable, NotAttested, ResultTokens, by_headers, result_tokens
from attest_testing import AUDIENCE, ISSUER, Gateway

URL = "https://api.example.com/account/me"
HEADERS = {
    "x-attest-outcome": ["accepted"],
    "x-attest-evidence": ['"session", "signedRequest"'],
    "x-attest-device": ['"abc"'],
    "x-attest-user": [r'"a \"quoted\" name\\"'],
    "x-attest-key": ["none"],
}


@pytest.fixture
def verify(attest):
    tokens = ResultTokens(attest.keys_url, ISSUER, AUDIENCE)

    def verify(token, method="GET", path="/account/me", host="api.example.com") -> Attested:
        values = [token] if isinstance(token, str) else token
        return tokens.verify({"x-attest-token": values, "host": [host]}.__getitem__, method, path)

    return verify


def test_reads_a_token(attest, verify):
    who = verify(attest.token("GET", URL, user="anna"))
    assert who == Attested("accepted", ("session",), "test-device", "anna", None)
    assert verify(attest.token("GET", URL, outcome="reported", device=None)).device is None
    assert verify(attest.token("GET", URL.replace("https", "http"))).outcome == "accepted"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://elsewhere.test"},
        {"aud": "another-api"},
        {"exp": 1},
        {"iat": 4_000_000_000},
        {"htm": "POST"},
        {"htu": URL + "/"},
        {"htu": URL.replace("api.", "")},
        {"htu": URL + "?x=1"},
        {"outcome": "open"},
        {"outcome": "refused"},
        *({name: None} for name in ("iss", "aud", "iat", "exp", "jti", "htm", "htu", "outcome", "evidence")),
    ],
    ids=str,
)
def test_refuses_a_token_about_something_else(attest, verify, claims):
    with pytest.raises(NotAttested):
        verify(attest.token("GET", URL, **claims))


def test_refuses_a_token_that_is_not_of_the_gateway(attest, verify):
    token = attest.token("GET", URL)
    claims = jwt.decode(token, options={"verify_signature": False})

    def sign(key, algorithm, **header) -> str:
        return jwt.encode(claims, key, algorithm, headers={"typ": "attest-result+jwt", "kid": "test"} | header)

    other = ec.generate_private_key(ec.SECP256R1())
    head, payload, signature = token.split(".")
    forged = [
        sign(other, "ES256"),
        sign(other, "ES256", kid="unknown"),
        sign("a secret of 32 bytes or a few more", "HS256"),
        sign(None, "none"),
        sign(attest.key, "ES256", typ="JWT"),
        f"{head}.{payload}.",
        f"{head}.{payload}.{signature[:-4]}AAAA",
        "junk",
        "",
        f"{token},{token}",
        [token, token],
        [],
    ]
    for each in forged:
        with pytest.raises(NotAttested):
            verify(each)


def test_tells_the_log_what_to_look_at(attest, verify):
    def reason(token) -> str:
        with pytest.raises(NotAttested) as raised:
            verify(token)
        return str(raised.value)

    no_token = "no X-Attest-Token: the request did not come through the gateway, or its configuration has no resultToken"
    assert reason([]) == no_token
    assert "ATTEST_AUDIENCE has to be the name of the upstream" in reason(attest.token("GET", URL, aud="another-api"))
    assert "ATTEST_ISSUER has to be resultToken.issuer" in reason(attest.token("GET", URL, iss="https://elsewhere.test"))
    forged = jwt.encode({}, ec.generate_private_key(ec.SECP256R1()), "ES256", headers={"kid": "a\nforged line"})
    assert reason(forged) == "X-Attest-Token: signed by a key that is not among those at ATTEST_KEYS"


@pytest.mark.parametrize("answer", [None, {"keys": []}, "a page"])
def test_without_keys_the_token_is_not_at_fault(attest, monkeypatch, answer):
    lines = {"x-attest-token": [attest.token("GET", URL)], "host": ["api.example.com"]}
    if answer is not None:
        monkeypatch.setattr("jwt.PyJWKClient.fetch_data", lambda self: answer)
    tokens = ResultTokens("http://127.0.0.1:1/nothing-listens-here", ISSUER, AUDIENCE)
    with pytest.raises(KeysUnavailable, match="ATTEST_KEYS"):
        tokens.verify(lines.__getitem__, "GET", "/account/me")


@pytest.mark.parametrize("name", ["ATTEST_KEYS", "ATTEST_ISSUER", "ATTEST_AUDIENCE"])
def test_names_the_variables_if_one_is_missing_or_empty(attest, monkeypatch, name):
    result_tokens.cache_clear()
    monkeypatch.setenv(name, "")
    with pytest.raises(RuntimeError, match=f"^Set .*{name}.*, or use attested_by_headers$"):
        result_tokens()
    monkeypatch.delenv(name)
    with pytest.raises(RuntimeError, match=f"^Set .*{name}.*, or use attested_by_headers$"):
        result_tokens()


def test_publishes_keys_whose_numbers_begin_with_zero(monkeypatch):
    keys = (ec.derive_private_key(number, ec.SECP256R1()) for number in range(1, 5000))
    short = next(key for key in keys if key.public_key().public_numbers().x < 1 << 248)
    monkeypatch.setattr(ec, "generate_private_key", lambda curve: short)
    gateway = Gateway()
    lines = {"x-attest-token": [gateway.token("GET", URL)], "host": ["api.example.com"]}
    tokens = ResultTokens(gateway.keys_url, ISSUER, AUDIENCE)
    assert tokens.verify(lines.__getitem__, "GET", "/account/me").device == "test-device"
    gateway.server.shutdown()
    gateway.server.server_close()


def test_makes_no_token_that_no_gateway_makes(attest):
    with pytest.raises(TypeError, match="evidence is a list"):
        attest.token("GET", URL, evidence="approov")
    for url in ("/account/me", "testserver/account/me", f"{URL}?x=1"):
        with pytest.raises(ValueError, match="url has to be absolute and without a query"):
            attest.headers("GET", url)


def test_compares_the_body(attest, verify):
    who = verify(attest.token("GET", URL, body=b'{"amount":1}'))
    who.check_body(b'{"amount":1}')
    for body in (b'{"amount":2}', b'{"amount": 1}', b""):
        with pytest.raises(NotAttested):
            who.check_body(body)


def test_reads_headers():
    who = by_headers(HEADERS.__getitem__)
    assert who == Attested("accepted", ("session", "signedRequest"), "abc", 'a "quoted" name\\', None)
    said = HEADERS | {"x-attest-outcome": ["reported"], "x-attest-evidence": ["none"], "x-attest-user": ['%"J%c3%bcrgen"']}
    assert by_headers(said.__getitem__) == Attested("reported", (), "abc", "Jürgen", None)


@pytest.mark.parametrize("name", HEADERS)
def test_refuses_headers_of_which_one_is_missing_empty_or_doubled(name):
    for values in ([], [""], HEADERS[name] * 2, [",".join(HEADERS[name] * 2)], [", ".join(HEADERS[name] * 2) + " "]):
        with pytest.raises(NotAttested):
            by_headers((HEADERS | {name: values}).__getitem__)


@pytest.mark.parametrize(
    "name, value",
    [
        ("outcome", "open"),
        ("outcome", "Accepted"),
        ("outcome", "refused"),
        ("evidence", "session"),
        ("evidence", '"session","signedRequest"'),
        ("device", "abc"),
        ("device", '"abc'),
        ("device", '"a"b"'),
        ("device", '"abc", none'),
        ("device", "none, none"),
        ("user", '"\xfc"'),
        ("user", '%"%zz"'),
    ],
)
def test_refuses_headers_that_the_gateway_does_not_write(name, value):
    with pytest.raises(NotAttested):
        by_headers((HEADERS | {f"x-attest-{name}": [value]}).__getitem__)
