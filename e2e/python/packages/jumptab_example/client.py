"""A client class with a command of its own."""

import click

from jumpstarter.client import DriverClient
from jumpstarter.client.decorators import driver_click_group


class BlinkerClient(DriverClient):
    def blink(self, times=1):
        return int(self.call("blink", times))

    def cli(self):
        @driver_click_group(self)
        def base():
            """A lamp that blinks"""

        @base.command()
        @click.argument("times", type=int, default=1)
        def blink(times):
            """Blink so many times"""
            click.echo(f"blinked {self.blink(times)} times")

        return base
