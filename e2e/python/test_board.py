"""A test as users write them: `jmp shell … -- pytest test_board.py`, against the page."""

import pytest
from jumpstarter_testing.pytest import JumpstarterTest


class TestBoard(JumpstarterTest):
    selector = "never=used"

    @pytest.fixture()
    def console(self, client):
        with client.serial.pexpect() as console:
            yield console

    def test_power_readings(self, client):
        client.power.on()
        assert [reading.voltage for reading in client.power.read()] == [0.0, 5.0]

    def test_console_echoes(self, console):
        console.sendline("hello from pytest")
        console.expect_exact("hello from pytest", timeout=10)

    def test_nested_board(self, client):
        client.board.power.off()
