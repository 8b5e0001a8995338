"""Runs inside the container, without anything installed: waits for the server, then asks for a page and for a grade."""

import json
import sys
import time
import urllib.request

HERE = f"http://127.0.0.1:{sys.argv[1]}"
RIGHT = "def odd_doubled(xs):\n    return [2 * x for x in xs if x % 2]\n"
PART = "/api/v1/questions/list-comprehension/parts/write/attempts"


def ask(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(HERE + path, data=data, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        return response.status, response.headers, response.read().decode()


def wait_until_alive(seconds=120):
    end = time.monotonic() + seconds
    while True:
        try:
            return ask("/healthz")
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)


def graded(answer):
    status, headers, text = ask(PART, {"answer": answer})
    while status == 202:
        time.sleep(0.5)
        status, headers, text = ask(headers["Location"])
        status = 202 if json.loads(text).get("verdict") is None else 200
    return json.loads(text)["verdict"]


wait_until_alive()
print("ready:", ask("/readyz")[2])
print("home page:", len(ask("/")[2]), "characters")
verdict = graded(RIGHT)
print("grade:", verdict["summary"])
sys.exit(0 if verdict["passed"] else 1)
