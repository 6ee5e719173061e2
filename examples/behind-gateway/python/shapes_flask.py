"""The Shapes API, without any check of the app: shapes.yaml has the gateway do that."""
from random import choice

from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def home():
    return "<!doctype html><title>Shapes API</title><h1>Shapes API</h1><p>GET /v1/shapes, /v2/shapes, …"


@app.get("/v1/hello")
@app.get("/v2/hello")
def hello():
    return {"text": "Hello, World!"}


@app.get("/v1/shapes")
@app.get("/v2/shapes")
@app.get("/v5/shapes")
def shapes():
    return {"shape": choice(["Circle", "Triangle", "Square", "Rectangle"])}


@app.get("/v1/forms")
@app.get("/v2/forms")
def forms():
    # Whether the value is valid is for your login to say, not shown here.
    if not request.headers.get("Authorization"):
        return {}, 400
    return signed_forms()


@app.post("/v5/forms")
def signed_forms():
    return {"form": choice(["Sphere", "Cone", "Cube", "Box"])}
