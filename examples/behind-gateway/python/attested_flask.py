"""Flask: `@attested` below `@app.get(…)`. The view finds the result in `g.attested`."""
import functools
import logging
import os

from flask import g, request

from attest import Attested, NotAttested, ResultTokens, by_headers

log = logging.getLogger("attest")
tokens = ResultTokens(os.environ["ATTEST_KEYS"], os.environ["ATTEST_ISSUER"], os.environ["ATTEST_AUDIENCE"])
# Addresses that connect to this server, and are the gateway. A unix socket has none: Gunicorn says "", Werkzeug "<local>".
gateways = os.environ.get("ATTEST_GATEWAYS", "").split() or ["", "<local>"]


def checked(check, view):
    @functools.wraps(view)
    def checked_view(*args, **kwargs):
        try:
            g.attested = check()
            g.attested.check_body(request.get_data() if g.attested.content_digest else b"")
        except NotAttested as reason:
            log.warning("refused: %s", reason)
            return {}, 403
        return view(*args, **kwargs)

    return checked_view


def by_token() -> Attested:
    # As on the request line. Gunicorn calls it RAW_URI, other servers REQUEST_URI.
    target = request.environ.get("RAW_URI", request.environ.get("REQUEST_URI", ""))
    return tokens.verify(request.headers.getlist, request.method, target.partition("?")[0])


def by_headers_of_gateway() -> Attested:
    # ProxyFix puts the client's address there, and keeps the one of the connection.
    peer = request.environ.get("werkzeug.proxy_fix.orig", request.environ)["REMOTE_ADDR"]
    if peer not in gateways:
        raise NotAttested(f"the peer {peer} is not the gateway")
    return by_headers(request.headers.getlist)


# By the result token; and by the identity headers, where nothing but the gateway can connect.
attested = functools.partial(checked, by_token)
attested_by_headers = functools.partial(checked, by_headers_of_gateway)
