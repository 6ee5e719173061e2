"""The Shapes API, without any check of the app: shapes.yaml has the gateway do that."""
from random import choice

from fastapi import Depends, FastAPI, Header
from fastapi.exceptions import HTTPException
from fastapi.responses import HTMLResponse, JSONResponse

app = FastAPI(title="Shapes")


def authorized(authorization: str = Header("")) -> None:
    """Whether the value is valid is for your login to say, not shown here."""
    if authorization == "":
        raise HTTPException(400)


@app.exception_handler(HTTPException)
def say_nothing(_request, error: HTTPException) -> JSONResponse:
    return JSONResponse({}, error.status_code)


@app.get("/", response_class=HTMLResponse)
def home() -> str:
    return "<!doctype html><title>Shapes API</title><h1>Shapes API</h1><p>GET /v1/shapes, /v2/shapes, …"


@app.get("/v1/hello")
@app.get("/v2/hello")
def hello() -> dict:
    return {"text": "Hello, World!"}


@app.get("/v1/shapes")
@app.get("/v2/shapes")
@app.get("/v5/shapes")
def shapes() -> dict:
    return {"shape": choice(["Circle", "Triangle", "Square", "Rectangle"])}


@app.get("/v1/forms", dependencies=[Depends(authorized)])
@app.get("/v2/forms", dependencies=[Depends(authorized)])
@app.post("/v5/forms")
def forms() -> dict:
    return {"form": choice(["Sphere", "Cone", "Cube", "Box"])}
