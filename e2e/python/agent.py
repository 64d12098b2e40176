"""Runs Python snippets of the tests against the real Jumpstarter client library.

One JSON object a line on standard input, one answer a line on standard output. Above: e2e/support/python.ts.
Below: the packages of a release's requirements file beside this one, unmodified. Snippets run one after the other, each
with a connection of its own; what one leaves in `result` is the answer.
"""

import gc
import io
import json
import logging
import os
import sys
import threading
import time
import traceback
import uuid

import grpc
from google.protobuf import empty_pb2, struct_pb2
from jumpstarter_protocol import jumpstarter_pb2, jumpstarter_pb2_grpc, router_pb2, router_pb2_grpc

from jumpstarter.common.utils import env

PASSPHRASE_KEY = "x-jumpstarter-passphrase"

answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
# Whatever a library prints goes where people look, and not into the answers.
os.dup2(2, 1)
answering = threading.Lock()


def answer(message):
    with answering:
        answers.write(json.dumps(message) + "\n")
        answers.flush()


def outcome(call):
    """Run a gRPC call: `["OK", …]`, or the status code's name and its details."""
    try:
        call()
    except grpc.RpcError as error:
        return [error.code().name, error.details()]
    return ["OK", ""]


def wait_until(true, seconds=10):
    """Poll until `true()`, and fail when that takes too long."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"it did not come true within {seconds} s")
        time.sleep(0.01)


class Raw:
    """Generated stubs over one plain channel, with the passphrase as metadata only where a snippet adds it."""

    def __init__(self, environment):
        self.address = environment["JUMPSTARTER_HOST"]
        self.channel = grpc.insecure_channel(self.address)
        self.exporter = jumpstarter_pb2_grpc.ExporterServiceStub(self.channel)
        self.router = router_pb2_grpc.RouterServiceStub(self.channel)
        passphrase = environment.get("JMP_GRPC_PASSPHRASE")
        self.key = [(PASSPHRASE_KEY, passphrase)] if passphrase else []

    def uuids(self):
        """Driver uuids by dotted path of names."""
        reports = self.exporter.GetReport(empty_pb2.Empty(), metadata=self.key).reports
        paths = {}
        for report in reports:
            name = report.labels.get("jumpstarter.dev/name", "")
            parent = paths.get(report.parent_uuid, "")
            paths[report.uuid] = f"{parent}.{name}" if parent else name
        return {path: key for key, path in paths.items()}

    def value(self, plain):
        message = struct_pb2.Value()
        if plain is None:
            message.null_value = struct_pb2.NULL_VALUE
        elif isinstance(plain, bool):
            message.bool_value = plain
        elif isinstance(plain, (int, float)):
            message.number_value = plain
        elif isinstance(plain, str):
            message.string_value = plain
        else:
            raise TypeError(f"no Value for {plain!r}")
        return message

    def call(self, driver, method, *args, **options):
        request = jumpstarter_pb2.DriverCallRequest(
            uuid=driver, method=method, args=[self.value(argument) for argument in args]
        )
        return self.exporter.DriverCall(request, metadata=self.key, **options)

    def streaming_call(self, driver, method, *args, **options):
        request = jumpstarter_pb2.StreamingDriverCallRequest(
            uuid=driver, method=method, args=[self.value(argument) for argument in args]
        )
        return self.exporter.StreamingDriverCall(request, metadata=self.key, **options)

    def stream(self, driver, frames, method="connect", **options):
        request = json.dumps({"kind": "driver", "uuid": driver, "method": method}, separators=(",", ":"))
        return self.router.Stream(frames, metadata=[*self.key, ("request", request)], **options)

    def scope(self):
        return {
            "raw": self,
            "exporter": self.exporter,
            "router": self.router,
            "key": self.key,
            "pb": jumpstarter_pb2,
            "router_pb": router_pb2,
            "empty": empty_pb2.Empty(),
            "outcome": outcome,
            "grpc": grpc,
        }


def execute(job, scope):
    scope = {**scope, **job["args"], "wait_until": wait_until, "json": json, "time": time, "threading": threading, "uuid": uuid, "io": io, "os": os}
    exec(compile(job["snippet"], "<snippet>", "exec"), scope)
    return scope.get("result")


def run(job):
    """The clients read the environment when they connect, so it is set for each snippet."""
    for name in [name for name in os.environ if name.startswith(("JMP_", "JUMPSTARTER_", "GRPC_"))]:
        del os.environ[name]
    os.environ.update(job["env"])
    if job["kind"] == "client":
        with env() as client:
            return execute(job, {"client": client})
    if job["kind"] == "raw":
        raw = Raw(job["env"])
        try:
            return execute(job, raw.scope())
        finally:
            raw.channel.close()
    return execute(job, {})


def first_cause(error):
    """The one exception inside the groups that anyio's task groups make of it."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def work(job):
    try:
        answer({"id": job["id"], "result": run(job)})
    except BaseException as error:
        error = first_cause(error)
        classes = [known.__name__ for known in type(error).__mro__]
        told = {"message": str(error), "classes": classes, "traceback": traceback.format_exc()}
        answer({"id": job["id"], "error": told})


def main():
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    for line in sys.stdin:
        work(json.loads(line))
        # The client of a snippet that raised hangs in reference cycles, and its connection with it.
        gc.collect()


main()
