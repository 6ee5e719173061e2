"""What attest.py accepts and refuses. Copy it beside that file, or leave it here."""
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from attest import Attested, NotAttested, ResultTokens, by_headers
from attest_testing import AUDIENCE, ISSUER

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
