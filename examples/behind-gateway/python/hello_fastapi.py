"""The hello server of Approov's quickstart, without any check: hello.yaml has the gateway do that."""
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def hello() -> dict:
    return {"message": "Hello, World!"}
