"""The hello server of Approov's quickstart, without any check: hello.yaml has the gateway do that."""
from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello():
    return {"message": "Hello, World!"}
