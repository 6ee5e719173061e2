"""A pytest plugin: the fixture `attest` says what the gateway would say about a request, so that tests need no gateway."""
import base64
import hashlib
import json
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

ISSUER, AUDIENCE = "https://gateway.test", "account"


class Gateway:
    """Has a key of its own, and publishes it at `keys_url`."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        point = self.key.public_key().public_numbers()
        # Not by PyJWT: old versions leave out zeros at the beginning of a coordinate, and then refuse the key.
        x, y = (base64.urlsafe_b64encode(each.to_bytes(32, "big")).decode().rstrip("=") for each in (point.x, point.y))
        keys = {"keys": [{"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": "test", "use": "sig", "alg": "ES256"}]}

        class Keys(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps(keys).encode())

            def log_message(self, *_) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Keys)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.keys_url = f"http://127.0.0.1:{self.server.server_port}/.well-known/attestkit/results.json"

    def token(self, method: str, url: str, body: bytes | None = None, **claims) -> str:
        """
        `url` is what the client calls: absolute, without the query. With a body, it was signed by the device. Claims are
        as below: outcome, device, user and key are text, evidence is a list, iat and exp are numbers. None leaves one out.
        """
        if not url.startswith(("http://", "https://")) or "?" in url:
            raise ValueError(f"url has to be absolute and without a query, such as http://testserver/shapes: {url}")
        if isinstance(claims.get("evidence"), str):
            raise TypeError(f"evidence is a list: evidence=[{claims['evidence']!r}]")
        now = int(time.time())
        said = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + 60,
            "jti": str(uuid.uuid4()),
            "htm": method,
            "htu": url,
            "outcome": "accepted",
            "evidence": ["session"],
            "device": "test-device",
        }
        if body is not None:
            digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
            said |= {"evidence": ["session", "signedRequest"], "content_digest": f"sha-256=:{digest}:"}
        said = {name: value for name, value in (said | claims).items() if value is not None}
        return jwt.encode(said, self.key, algorithm="ES256", headers={"typ": "attest-result+jwt", "kid": "test"})

    def headers(self, method: str, url: str, body: bytes | None = None, **claims) -> dict[str, str]:
        return {"X-Attest-Token": self.token(method, url, body, **claims)}


@pytest.fixture(scope="session")
def attest() -> Gateway:
    """Import your application after this fixture: it sets the variables."""
    gateway = Gateway()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTEST_KEYS", gateway.keys_url)
        patch.setenv("ATTEST_ISSUER", ISSUER)
        patch.setenv("ATTEST_AUDIENCE", AUDIENCE)
        yield gateway
    gateway.server.shutdown()
    gateway.server.server_close()
