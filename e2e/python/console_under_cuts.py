"""Types into `j NAME start-console` and checks what comes back, until its own standard input ends: console_under_cuts.py NAME.

Every key that is typed has to come back once, in order, and nothing else. Prints one JSON object. Below: pexpect,
which gives `j` a real terminal; NAME is a loopback.
"""

import json
import select
import sys

import pexpect

CTRL_B = "\x02"
# Words that are typed before the first has come back: some is always under way, in both directions.
AHEAD = 8


def told_to_stop():
    return bool(select.select([sys.stdin], [], [], 0)[0])


def main(name):
    terminal = pexpect.spawn("bash", ["--norc", "-c", f"stty -echo; j {name} start-console"], timeout=60, encoding="utf-8")
    terminal.delaybeforesend = None
    terminal.expect_exact("exit with CTRL+B x 3 times")
    # A loopback gives it back only once the console is connected: each try is told apart by its number.
    for attempt in range(100):
        terminal.send(f"ping{attempt}.")
        if terminal.expect_exact([f"ping{attempt}.", pexpect.TIMEOUT], timeout=0.5) == 0:
            break
    else:
        raise RuntimeError(f"the console does not echo: {terminal.before!r}")
    typed = came = 0
    while not told_to_stop() or came < typed:
        while typed - came < AHEAD and not told_to_stop():
            terminal.send(f"<{typed}>")
            typed += 1
        if came < typed:
            word = f"<{came}>"
            terminal.expect_exact(word)
            if terminal.before:
                raise RuntimeError(f"{terminal.before!r} came before {word}")
            came += 1
    for _ in range(3):
        terminal.send(CTRL_B)
    terminal.expect(pexpect.EOF)
    terminal.close()
    print(json.dumps({"words": came, "exit_code": terminal.exitstatus}))


main(*sys.argv[1:])
