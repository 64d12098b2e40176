"""A board at the other end of a serial line: a pseudo-terminal whose far side speaks a small line protocol.

Prints the name of the near side, the one to be opened. Runs until its standard input ends. Above: lab.ts.

  any line     answered by `pong:LINE`
  send N       sends N bytes: 32-bit little-endian numbers counting from 0
  sink N       swallows the N bytes that follow, and answers `sunk SHA256`
"""

import array
import fcntl
import hashlib
import os
import pty
import selectors
import sys
import tty

CHUNK = 65536


class Board:
    def __init__(self, line):
        self.line = line
        self.out = bytearray()
        self.text = bytearray()
        self.sinking = 0
        self.digest = None

    def receive(self, data):
        while data:
            if self.sinking:
                taken, data = data[: self.sinking], data[self.sinking :]
                self.digest.update(taken)
                self.sinking -= len(taken)
                if not self.sinking:
                    self.say(f"sunk {self.digest.hexdigest()}\n".encode())
                continue
            head, newline, data = data.partition(b"\n")
            self.text += head
            if newline:
                line, self.text = bytes(self.text).rstrip(b"\r"), bytearray()
                self.obey(line)

    def obey(self, line):
        command, _, argument = line.partition(b" ")
        if command == b"send":
            self.say(array.array("I", range(int(argument) // 4)).tobytes())
        elif command == b"sink":
            self.sinking, self.digest = int(argument), hashlib.sha256()
        else:
            self.say(b"pong:" + line + b"\n")

    def say(self, data):
        self.out += data


def main():
    line, near = pty.openpty()
    # Kept open here, so that a port that is closed does not hang up the line.
    tty.setraw(near)
    fcntl.fcntl(line, fcntl.F_SETFL, os.O_NONBLOCK)
    print(os.ttyname(near), flush=True)
    board = Board(line)
    selector = selectors.DefaultSelector()
    selector.register(sys.stdin, selectors.EVENT_READ)
    selector.register(line, selectors.EVENT_READ)
    while True:
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if board.out else 0)
        selector.modify(line, wanted)
        for key, events in selector.select():
            if key.fileobj is sys.stdin:
                if not os.read(sys.stdin.fileno(), CHUNK):
                    return
                continue
            if events & selectors.EVENT_READ:
                board.receive(os.read(line, CHUNK))
            if events & selectors.EVENT_WRITE and board.out:
                written = os.write(line, board.out[:CHUNK])
                del board.out[:written]


main()
