"""Flask: `@attested` below `@app.get(…)`. The view finds the result in `g.attested`."""
import functools
import logging
import os

from flask import g, request

from attest import Attested, NotAttested, by_headers, result_tokens

log = logging.getLogger("attest")
# Addresses that connect to this server, and are the gateway. A unix socket has none: Gunicorn says "", Werkzeug "<local>".
gateways = os.environ.get("ATTEST_GATEWAYS", "").split() or ["", "<local>"]


def checked(check, view):
    @functools.wraps(view)
    def checked_view(*args, **kwargs):
        try:
            g.attested = check()
            g.attested.check_body(request.get_data() if g.attested.content_digest else b"")
        except NotAttested as reason:
            log.log(reason.level, "refused %s %r: %s", request.method, path(), reason)
            return {}, reason.status
        return view(*args, **kwargs)

    return checked_view


def path() -> str:
    """As on the request line. Gunicorn calls it RAW_URI, other servers REQUEST_URI."""
    return request.environ.get("RAW_URI", request.environ.get("REQUEST_URI", "")).partition("?")[0]


def by_token() -> Attested:
    return result_tokens().verify(request.headers.getlist, request.method, path())


def by_headers_of_gateway() -> Attested:
    # ProxyFix puts the client's address there, and keeps the one of the connection.
    peer = request.environ.get("werkzeug.proxy_fix.orig", request.environ)["REMOTE_ADDR"]
    if peer not in gateways:
        raise NotAttested(f"the peer {peer} is not the gateway")
    return by_headers(request.headers.getlist)


def attested(view):
    """By the result token."""
    result_tokens()  # an application without the variables does not start
    return checked(by_token, view)


def attested_by_headers(view):
    """By the identity headers, where nothing but the gateway can connect."""
    return checked(by_headers_of_gateway, view)
