"""FastAPI and Starlette: `who: Attested = Depends(attested)`, on HTTP and WebSocket routes."""
import logging
import os

from fastapi import HTTPException, Request, WebSocket, WebSocketException
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from attest import Attested, NotAttested, by_headers, result_tokens

log = logging.getLogger("attest")
# Addresses that connect to this server, and are the gateway; "unix" is a unix socket.
gateways = os.environ.get("ATTEST_GATEWAYS", "unix").split()


def __getattr__(name: str):
    """Makes `attested`, so that only an application that imports it needs the variables, and does not start without them."""
    if name != "attested":
        raise AttributeError(name)
    result_tokens()
    return by_token


async def by_token(connection: HTTPConnection) -> Attested:
    """By the result token: `attested`."""
    try:
        method = connection.scope.get("method", "GET")  # WebSockets begin with GET
        path = path_of(connection.scope)
        who = await run_in_threadpool(result_tokens().verify, connection.headers.getlist, method, path)
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
    raw = scope.get("raw_path", "")
    return (raw if isinstance(raw, str) else raw.decode("latin-1")).partition("?")[0]


def refusal(connection: HTTPConnection, reason: NotAttested) -> Exception:
    log.log(reason.level, "refused %s %r: %s", connection.scope.get("method", "WebSocket"), path_of(connection.scope), reason)
    return WebSocketException(1008) if isinstance(connection, WebSocket) else HTTPException(reason.status)
