"""HTTP servers of the tests: a gateway in front of the server that fails on request, and a receiver of callbacks."""

import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

import httpx


class _Server:
    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class Gateway(_Server):
    """Passes requests to `target`. Each entry of `faults` is for one request.

    A number is the status of the response, without a request to the server. `cut` passes the request, and ends the
    connection after `cut_after` bytes of the body, or without a response if that is 0.
    """

    def __init__(self, target: str) -> None:
        self.faults: list[int | str] = []
        self.headers: dict[str, str] = {"Retry-After": "0"}
        self.cut_after = 0
        self.requests: list[str] = []
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def forward(self) -> None:
                gateway.requests.append(f"{self.command} {self.path}")
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                fault = gateway.faults.pop(0) if gateway.faults else None
                if isinstance(fault, int):
                    self.send_response(fault)
                    for name, value in gateway.headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
                with httpx.stream(
                    self.command, target + self.path, content=body, headers=headers, timeout=None
                ) as response:
                    if fault == "cut" and gateway.cut_after == 0:
                        response.read()
                        self.close_connection = True
                        return
                    self.send_response(response.status_code)
                    for name, value in response.headers.items():
                        if name.lower() not in ("transfer-encoding", "connection", "date"):
                            self.send_header(name, value)
                    self.send_header("Connection", "close")
                    self.end_headers()
                    self.close_connection = True
                    sent = 0
                    for chunk in response.iter_raw(64):
                        if fault == "cut" and sent >= gateway.cut_after:
                            return
                        self.wfile.write(chunk)
                        self.wfile.flush()
                        sent += len(chunk)

            do_GET = do_POST = do_DELETE = forward

            def log_message(self, *_: object) -> None:
                pass

        super().__init__(Handler)


class Receiver(_Server):
    """Accepts callbacks."""

    def __init__(self) -> None:
        self.received: queue.Queue[tuple[dict[str, str], bytes]] = queue.Queue()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.received.put((dict(self.headers.items()), body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        super().__init__(Handler)
