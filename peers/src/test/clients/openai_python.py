"""Asks each cell through openai-python as its users do: raw stream, default settings.

One JSON line in is a cell, one JSON line out is what its caller got:
  {"cell", "base_url", "body"}  ->  {"cell", "hung", "choices": [{text, calls, finish}], "error", "ms"}
"""

import json
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import openai

CELLS_AT_ONCE = int(sys.argv[1])
CELL_SECONDS_MAX = float(sys.argv[2])

clients = {}
clients_lock = threading.Lock()


def client(base_url):
    with clients_lock:
        if base_url not in clients:
            clients[base_url] = openai.OpenAI(base_url=base_url, api_key="unused")
        return clients[base_url]


def choice(choices, index):
    return choices.setdefault(index, {"text": "", "calls": {}, "finish": None})


def add(choices, chunk):
    for part in chunk.choices:
        into = choice(choices, part.index)
        into["text"] += part.delta.content or ""
        for piece in part.delta.tool_calls or []:
            call = into["calls"].setdefault(piece.index, {"name": "", "arguments": ""})
            call["name"] += piece.function.name or ""
            call["arguments"] += piece.function.arguments or ""
        into["finish"] = part.finish_reason or into["finish"]


def ask(cell, choices):
    answer = client(cell["base_url"]).chat.completions.create(**cell["body"])
    if cell["body"]["stream"]:
        for chunk in answer:
            add(choices, chunk)
        return
    for part in answer.choices:
        into = choice(choices, part.index)
        into["text"] = part.message.content or ""
        into["finish"] = part.finish_reason


class Run:
    def __init__(self, cell):
        self.cell = cell
        self.choices = {}
        self.error = None
        self.begun = None
        self.ended = None

    def __call__(self):
        self.begun = time.monotonic()
        try:
            ask(self.cell, self.choices)
        except Exception as e:  # whatever reaches the caller is what this is about
            self.error = {
                "class": type(e).__module__ + "." + type(e).__name__,
                "message": str(e),
                "status": getattr(e, "status_code", None),
                "code": getattr(e, "code", None),
            }
        self.ended = time.monotonic()

    def late(self):
        return self.begun is not None and time.monotonic() - self.begun > CELL_SECONDS_MAX

    def line(self):
        hung = self.ended is None
        choices = [
            {"text": c["text"], "calls": [c["calls"][i] for i in sorted(c["calls"])], "finish": c["finish"]}
            for _, c in sorted(self.choices.items())
        ]
        ms = round(((time.monotonic() if hung else self.ended) - self.begun) * 1000)
        return json.dumps(
            {"cell": self.cell["cell"], "hung": hung, "choices": choices, "error": self.error, "ms": ms}
        )


def main():
    print("openai-python", openai.__version__, "on Python", sys.version.split()[0], file=sys.stderr)
    runs = [Run(json.loads(line)) for line in sys.stdin if line.strip()]
    with_threads = ThreadPoolExecutor(CELLS_AT_ONCE)
    futures = [with_threads.submit(run) for run in runs]
    for run, future in zip(runs, futures):
        while not future.done() and not run.late():
            time.sleep(0.01)
        print(run.line(), flush=True)
    # A thread that hangs would keep the interpreter from ending.
    sys.stdout.flush()
    os._exit(0)


main()
