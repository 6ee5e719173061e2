"""An API that wants to know which device asks. Only requests that the gateway has checked get to these handlers."""
import asyncio
from itertools import count
from typing import AsyncIterator

from fastapi import Depends, FastAPI, WebSocket
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from attest import Attested
from attested_fastapi import attested, attested_by_headers

# Its documentation is at /account/docs: the gateway passes paths on unchanged, so `root_path` stays empty.
account = FastAPI(title="Account")


class Transfer(BaseModel):
    to: str
    amount: int


@account.get("/me")
def me(who: Attested = Depends(attested)) -> dict:
    return {"device": who.device, "user": who.user, "outcome": who.outcome, "evidence": who.evidence}


@account.get("/me-by-headers")
def me_by_headers(who: Attested = Depends(attested_by_headers)) -> dict:
    return {"device": who.device, "user": who.user, "outcome": who.outcome, "evidence": who.evidence}


@account.post("/transfers")
def transfer(order: Transfer, who: Attested = Depends(attested)) -> dict:
    """The device has signed the body: account.yaml asks for that."""
    return {"sent": order.amount, "to": order.to, "device": who.device}


@account.get("/events", dependencies=[Depends(attested)])
def events() -> StreamingResponse:
    async def lines() -> AsyncIterator[str]:
        for number in count():
            yield f"data: {number}\n\n"
            await asyncio.sleep(1)

    return StreamingResponse(lines(), media_type="text/event-stream")


@account.websocket("/live")
async def live(socket: WebSocket, who: Attested = Depends(attested)) -> None:
    await socket.accept()
    await socket.send_json({"device": who.device})
    async for text in socket.iter_text():
        await socket.send_text(text)


app = FastAPI(docs_url=None, openapi_url=None)
app.mount("/account", account)
# Browsers ask for permission before they send evidence. The gateway lets these preflights through.
app.add_middleware(
    CORSMiddleware,
    allow_origins=["https://app.example.com"],
    allow_headers=["Authorization", "X-App-Attest", "X-Firebase-AppCheck"],
)
