"""A mail server that keeps what it is given: ``mail_server.py FOLDER``. Standard library only."""

from __future__ import annotations

import itertools
import socketserver
import sys
from pathlib import Path

FOLDER = Path(sys.argv[-1])
_number = itertools.count()


class Session(socketserver.StreamRequestHandler):
    """One conversation, as far as RFC 5321 needs it to take a message."""

    def handle(self) -> None:
        self._say("220 ready")
        for line in self.rfile:
            command = line[:4].upper().strip()
            if command == b"DATA":
                self._say("354 go on")
                self._keep()
            self._say("221 bye" if command == b"QUIT" else "250 ok")
            if command == b"QUIT":
                return

    def _keep(self) -> None:
        lines = itertools.takewhile(lambda line: line != b".\r\n", self.rfile)
        (FOLDER / f"{next(_number)}.eml").write_bytes(b"".join(lines))

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 25), Session) as server:
        server.serve_forever()
