"""FastAPI and Starlette: `who: Attested = Depends(attested)`, on HTTP and WebSocket routes."""
import logging
import os

from fastapi import HTTPException, Request, WebSocket, WebSocketException
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from attest import Attested, NotAttested, ResultTokens, by_headers

log = logging.getLogger("attest")
tokens = ResultTokens(os.environ["ATTEST_KEYS"], os.environ["ATTEST_ISSUER"], os.environ["ATTEST_AUDIENCE"])
# Addresses that connect to this server, and are the gateway; "unix" is a unix socket.
gateways = os.environ.get("ATTEST_GATEWAYS", "unix").split()


async def attested(connection: HTTPConnection) -> Attested:
    """By the result token."""
    try:
        method = connection.scope.get("method", "GET")  # WebSockets begin with GET
        path = path_of(connection.scope)
        who = await run_in_threadpool(tokens.verify, connection.headers.getlist, method, path)
        who.check_body(await connection.body() if who.content_digest and isinstance(connection, Request) else b"")
        return who
    except NotAttested as reason:
        raise refusal(connection, reason)


async def attested_by_headers(connection: HTTPConnection) -> Attested:
    """By the identity headers, where nothing but the gateway can connect."""
    try:
        peer = connection.client.host if connection.client else "unix"
        if peer not in gateways:
            raise NotAttested(f"the peer {peer} is not the gateway")
        return by_headers(connection.headers.getlist)
    except NotAttested as reason:
        raise refusal(connection, reason)


def path_of(scope) -> str:
    """As on the request line. Old versions of uvicorn give text for WebSockets, and test clients add the query."""
    raw = scope["raw_path"]
    return (raw if isinstance(raw, str) else raw.decode("latin-1")).partition("?")[0]


def refusal(connection: HTTPConnection, reason: NotAttested) -> Exception:
    log.warning("refused: %s", reason)
    return WebSocketException(1008) if isinstance(connection, WebSocket) else HTTPException(403)
