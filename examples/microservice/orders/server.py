"""HTTP: POST /price with {"lines": [...]} -> {"total": cents}; GET /healthz -> ok."""

import argparse
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from orders.pricing import order_total

MAX_BODY = 64 * 1024


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/healthz":
            self.answer(200, {"status": "ok"})
        else:
            self.answer(404, {"error": "no such page"})

    def do_POST(self):
        if self.path != "/price":
            self.answer(404, {"error": "no such page"})
            return
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY:
            self.answer(413, {"error": "the order is too large"})
            return
        try:
            order = json.loads(self.rfile.read(length))
            self.answer(200, {"total": order_total(order["lines"])})
        except (ValueError, KeyError, TypeError) as error:
            self.answer(400, {"error": str(error)})

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments):
        pass


def make_server(port):
    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8080)
    with make_server(parser.parse_args().port) as server:
        server.serve_forever()
