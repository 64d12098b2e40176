"""Uses `j NAME start-console` as a person at a terminal does: console_session.py NAME.

Prints one JSON object. Below: pexpect, which gives `j` a real terminal.
"""

import json
import sys

import pexpect

CTRL_B = "\x02"


def main(name):
    # The shell keeps the terminal open, so that its settings before and after can be compared.
    script = f'stty -g; j {name} start-console; echo "exit code $?"; stty -g'
    terminal = pexpect.spawn("bash", ["--norc", "-c", script], timeout=20, encoding="utf-8", echo=True)
    settings = r"([0-9a-f]+(?::[0-9a-f]+){10,})\r\n"
    terminal.expect(settings)
    before = terminal.match.group(1)
    terminal.expect_exact("exit with CTRL+B x 3 times")
    # A loopback gives it back only once the console is connected: each try is told apart by its number.
    echoed = False
    for attempt in range(100):
        terminal.send(f"ping{attempt}.")
        if terminal.expect_exact([f"ping{attempt}.", pexpect.TIMEOUT], timeout=0.2) == 0:
            echoed = True
            break
    for _ in range(3):
        terminal.send(CTRL_B)
    terminal.expect(r"exit code (\d+)")
    exit_code = int(terminal.match.group(1))
    terminal.expect(settings)
    after = terminal.match.group(1)
    terminal.expect(pexpect.EOF)
    print(json.dumps({"echoed": echoed, "exit_code": exit_code, "terminal_restored": before == after}))


main(*sys.argv[1:])
