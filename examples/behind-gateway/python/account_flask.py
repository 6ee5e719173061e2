"""An API that wants to know which device asks. Only requests that the gateway has checked get to these views."""
from dataclasses import asdict

from flask import Flask, g, request

from attested_flask import attested, attested_by_headers

app = Flask(__name__)


@app.get("/account/me")
@attested
def me():
    return {name: asdict(g.attested)[name] for name in ("device", "user", "outcome", "evidence")}


@app.get("/account/me-by-headers")
@attested_by_headers
def me_by_headers():
    return {name: asdict(g.attested)[name] for name in ("device", "user", "outcome", "evidence")}


@app.post("/account/transfers")
@attested
def transfer():
    """The device has signed the body: account.yaml asks for that."""
    order = request.get_json()
    return {"sent": order["amount"], "to": order["to"], "device": g.attested.device}
