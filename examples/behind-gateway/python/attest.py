"""Reads what attestkit-gateway says about a request. Copy this file: it knows no framework, and needs PyJWT[crypto] alone."""
from __future__ import annotations

import base64
import functools
import hashlib
import logging
import os
import re
from dataclasses import dataclass
from typing import Callable, Sequence
from urllib.parse import unquote_to_bytes

import jwt

# The values of a header field, one for each of its lines, by the field's name in lower case.
Lines = Callable[[str], Sequence[str]]


class NotAttested(Exception):
    """The gateway has not checked this request. The text is for your log; the client gets the status and no reason."""

    status, level = 403, logging.WARNING


class KeysUnavailable(NotAttested):
    """The token may be right, but there are no keys to verify it with."""

    status, level = 503, logging.ERROR


@dataclass(frozen=True)
class Attested:
    """A request that the gateway has checked."""

    outcome: str  # "accepted"; "reported": the check failed on a route in report mode, so there is no device
    evidence: tuple[str, ...]  # what was verified: "approov", "session", "signedRequest", "appCheck"
    device: str | None  # the id that the gateway gave the device when it enrolled
    user: str | None  # for whom the device enrolled
    key: str | None  # thumbprint of the device's key (RFC 7638)
    content_digest: str | None = None  # of the body that the device signed

    def check_body(self, body: bytes) -> None:
        """Raises NotAttested unless this is the body that the gateway checked, if it checked one."""
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        if self.content_digest not in (None, f"sha-256=:{digest}:"):
            raise NotAttested("the body is not the one that the gateway checked")


_OPTIONS = {"require": ["iss", "aud", "iat", "exp", "jti", "htm", "htu", "outcome", "evidence"]}
_REASONS = {
    jwt.InvalidAudienceError: "ATTEST_AUDIENCE has to be the name of the upstream in the gateway's configuration",
    jwt.InvalidIssuerError: "ATTEST_ISSUER has to be resultToken.issuer of the gateway's configuration",
    jwt.PyJWKClientError: "signed by a key that is not among those at ATTEST_KEYS",
}


class _Keys(jwt.PyJWKClient):
    def get_signing_keys(self, refresh: bool = False) -> list:
        try:
            return super().get_signing_keys(refresh)
        except Exception as error:
            raise KeysUnavailable(f"the public keys cannot be fetched from ATTEST_KEYS: {error!r}") from None


class ResultTokens:
    """Verifies X-Attest-Token: the gateway signs it, so it cannot be forged by a caller that goes round the gateway."""

    def __init__(self, keys_url: str, issuer: str, audience: str) -> None:
        # Fetches the public keys when they are first needed, every 5 minutes, and for a key that it does not know.
        self._keys = _Keys(keys_url)
        self._expected = {"issuer": issuer, "audience": audience}

    def verify(self, lines: Lines, method: str, path: str) -> Attested:
        """`path` is as on the request line, without the query. Fetching keys blocks: call this in a thread."""
        token, host = _one(lines, "x-attest-token"), _one(lines, "host")
        try:
            key = self._keys.get_signing_key_from_jwt(token).key
            claims = jwt.decode(token, key, algorithms=["ES256"], leeway=5, options=_OPTIONS, **self._expected)
            kind = jwt.get_unverified_header(token).get("typ")
        except jwt.PyJWTError as error:
            raise NotAttested(f"X-Attest-Token: {_REASONS.get(type(error), repr(error))}") from None
        if kind != "attest-result+jwt":
            raise NotAttested("X-Attest-Token is another kind of token")
        if claims["htm"] != method or claims["htu"] not in (f"https://{host}{path}", f"http://{host}{path}"):
            raise NotAttested("X-Attest-Token is about another request")
        return _checked(
            claims["outcome"],
            tuple(claims["evidence"]),
            *(claims.get(name) for name in ("device", "user", "key", "content_digest")),
        )


@functools.cache
def result_tokens() -> ResultTokens:
    """As the variables say."""
    values = [os.environ.get(name) for name in ("ATTEST_KEYS", "ATTEST_ISSUER", "ATTEST_AUDIENCE")]
    if not all(values):
        raise RuntimeError(
            "Set ATTEST_KEYS, ATTEST_ISSUER and ATTEST_AUDIENCE (the name of the upstream), or use attested_by_headers"
        )
    return ResultTokens(*values)


def by_headers(lines: Lines) -> Attested:
    """Reads X-Attest-Outcome and its like. Anybody can write these: only for servers that the gateway alone can reach."""
    said = {name: _one(lines, f"x-attest-{name}") for name in _FORMS}
    for name, form in _FORMS.items():
        # WSGI servers join two lines of one field by a comma: no form allows that.
        if re.fullmatch(form, said[name]) is None:
            raise NotAttested(f"X-Attest-{name.title()} is not what the gateway writes")
    evidence = tuple(re.findall('"([A-Za-z]+)"', said["evidence"]))
    return _checked(said["outcome"], evidence, *(_text(said[name]) for name in ("device", "user", "key")))


# A string of a structured field (RFC 9651, section 3.3.3), or a display string (section 3.3.8), or `none`.
_ITEM = r'none|"(?:[ !#-\[\]-~]|\\["\\])*"|%"(?:[ !#$&-~]|%[0-9a-f]{2})*"'
_FORMS = {
    "outcome": "accepted|reported|open",
    "evidence": r'none|"[A-Za-z]+"(?:, "[A-Za-z]+")*',
    "device": _ITEM,
    "user": _ITEM,
    "key": _ITEM,
}


def _text(item: str) -> str | None:
    if item == "none":
        return None
    if item.startswith("%"):
        return unquote_to_bytes(item[2:-1]).decode()
    return re.sub(r"\\(.)", r"\1", item[1:-1])


def _one(lines: Lines, name: str) -> str:
    values = lines(name)
    if not values:
        unless = ", or its configuration has no resultToken" if name == "x-attest-token" else ""
        raise NotAttested(f"no {name.title()}: the request did not come through the gateway{unless}")
    if len(values) > 1:
        raise NotAttested(f"{len(values)} lines of {name.title()}")
    return values[0]


def _checked(outcome: str, *facts) -> Attested:
    if outcome not in ("accepted", "reported"):
        raise NotAttested(f"the gateway has not checked this request: {outcome}")
    return Attested(outcome, *facts)
