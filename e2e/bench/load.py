"""The load of the benchmark: one process, and the same code for both exporters.

One JSON object a line on standard input, one answer a line on standard output; the first line says what versions this
is. Above: e2e/bench/load-generator.ts. Below: grpc.aio, which Jumpstarter's own clients use, on generated messages.

Messages are encoded before the clock starts and decoded after it stops, where that is possible: what is measured is the
exporter and the way to it, with as little of this process as possible.
"""

import asyncio
import json
import os
import platform
import random
import sys
import time
import zlib
from importlib.metadata import version

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from jumpstarter_protocol import jumpstarter_pb2, jumpstarter_pb2_grpc, router_pb2

PASSPHRASE_KEY = "x-jumpstarter-passphrase"
DRIVER_CALL = "/jumpstarter.v1.ExporterService/DriverCall"
STREAM = "/jumpstarter.v1.RouterService/Stream"

# 32 KiB: the frames of the stream measure, and what the clients' own streams send at most is 64 KiB.
STREAM_FRAME_BYTES = 32 * 1024
# 61 different frames in turn, a prime: a frame lost, doubled or out of its place changes the checksum.
STREAM_FRAMES = 61
# 64 KiB: what the clients send of a file at once.
FILE_FRAME_BYTES = 64 * 1024
# 10 s for the echo of what is on its way when sending ends; windows hold a few MiB at most.
STREAM_TAIL_S = 10
# 30 s for an exporter to accept the first connection: Python and a browser start on a busy machine.
READY_S = 30
# 10 s for one console echo: it takes milliseconds.
ECHO_S = 10

# 16 KiB of deflated image in each block to the ESP32's stub loader, and around it: two ends of a SLIP frame, the head of
# the command (8) and that of the data (16).
LOADER_BLOCK_BYTES = 16 * 1024
LOADER_BLOCK_OVERHEAD_BYTES = 2 + 8 + 16

DATA = router_pb2.FRAME_TYPE_DATA
GOAWAY = router_pb2.FRAME_TYPE_GOAWAY


class Exporter:
    """One exporter: a channel, kept for the whole run, and the uuids of its drivers."""

    def __init__(self, address, passphrase):
        self.channel = grpc.aio.insecure_channel(address)
        self.key = ((PASSPHRASE_KEY, passphrase),)
        self.drivers = {}
        self.bulk = None

    async def ready(self):
        stub = jumpstarter_pb2_grpc.ExporterServiceStub(self.channel)
        # Until something listens there is nothing to ask: the channel tries again by itself.
        report = await stub.GetReport(empty_pb2.Empty(), metadata=self.key, wait_for_ready=True, timeout=READY_S)
        self.drivers = {entry.labels.get("jumpstarter.dev/name", ""): entry.uuid for entry in report.reports}

    def power_call(self):
        """A function that calls `power.on` once and answers with the undecoded response."""
        method = self.channel.unary_unary(DRIVER_CALL)
        request = jumpstarter_pb2.DriverCallRequest(uuid=self.drivers["power"], method="on").SerializeToString()
        return lambda: method(request, metadata=self.key)

    def stream(self, driver):
        """A byte stream of a driver, of undecoded frames."""
        target = json.dumps({"kind": "driver", "uuid": self.drivers[driver], "method": "connect"})
        method = self.channel.stream_stream(STREAM)
        return method(metadata=(*self.key, ("request", target)))


def frame(payload, kind=DATA):
    return router_pb2.StreamRequest(payload=payload, frame_type=kind).SerializeToString()


def milliseconds(latencies):
    """Nearest-rank percentiles of latencies in seconds."""
    ranked = sorted(latencies)
    at = lambda share: ranked[min(len(ranked) - 1, int(len(ranked) * share))] * 1000
    return {"p50": at(0.5), "p99": at(0.99), "samples": len(ranked)}


def check_responses(responses):
    for response in responses:
        result = jumpstarter_pb2.DriverCallResponse.FromString(response).result
        if result.WhichOneof("kind") != "null_value":
            raise RuntimeError(f"power.on answered {result}, which is not what MockPower answers")


async def callers(exporter, count, seconds):
    """So many callers for so long, each with one call at a time: latencies, and the time it took in all."""
    call = exporter.power_call()
    latencies = []
    responses = []
    start = time.perf_counter()
    end = start + seconds

    async def caller():
        began = time.perf_counter()
        while began < end:
            responses.append(await call())
            now = time.perf_counter()
            latencies.append(now - began)
            began = now

    await asyncio.gather(*(caller() for _ in range(count)))
    elapsed = time.perf_counter() - start
    check_responses(responses)
    return latencies, elapsed


async def unary(exporter, seconds):
    latencies, _ = await callers(exporter, 1, seconds)
    return milliseconds(latencies)


async def calls(exporter, seconds, count):
    latencies, elapsed = await callers(exporter, count, seconds)
    return {"rate": len(latencies) / elapsed, **milliseconds(latencies)}


async def stream(exporter, seconds):
    """Send frames for so long while their echo is read; all of it has to come back, in order."""
    source = random.Random(1)
    payloads = [source.randbytes(STREAM_FRAME_BYTES) for _ in range(STREAM_FRAMES)]
    frames = [frame(payload) for payload in payloads]
    call = exporter.stream("network")
    sent = 0
    start = time.perf_counter()

    async def send():
        nonlocal sent
        end = start + seconds
        while time.perf_counter() < end:
            await call.write(frames[sent % STREAM_FRAMES])
            sent += 1
        await call.write(frame(b"", GOAWAY))
        await call.done_writing()

    async def receive():
        count, checksum, last = 0, 0, start
        while (response := await call.read()) is not grpc.aio.EOF:
            message = router_pb2.StreamResponse.FromString(response)
            if message.frame_type == GOAWAY:
                break
            if message.frame_type != DATA:
                continue
            count += len(message.payload)
            checksum = zlib.crc32(message.payload, checksum)
            last = time.perf_counter()
        return count, checksum, last

    try:
        async with asyncio.timeout(seconds + STREAM_TAIL_S):
            _, (count, checksum, last) = await asyncio.gather(send(), receive())
    finally:
        call.cancel()
    expected = 0
    for index in range(sent):
        expected = zlib.crc32(payloads[index % STREAM_FRAMES], expected)
    if (count, checksum) != (sent * STREAM_FRAME_BYTES, expected):
        raise RuntimeError(
            f"the echo is not what was sent: {count} of {sent * STREAM_FRAME_BYTES} bytes, "
            f"checksum {checksum:08x} instead of {expected:08x}"
        )
    return {"rate": count / (last - start) / 2**20, "bytes": count}


async def console(exporter, seconds):
    """One byte to the serial port and back, again and again, on one stream."""
    call = exporter.stream("serial")
    latencies = []

    async def echo(byte):
        await call.write(frame(byte))
        while True:
            response = await call.read()
            if response is grpc.aio.EOF:
                raise RuntimeError("the console ended before it was asked to")
            message = router_pb2.StreamResponse.FromString(response)
            if message.frame_type != DATA or not message.payload:
                continue
            if message.payload != byte:
                raise RuntimeError(f"the console echoed {message.payload!r} for {byte!r}")
            return

    try:
        # The first one opens the port; it is not counted.
        await asyncio.wait_for(echo(b"?"), ECHO_S)
        end = time.perf_counter() + seconds
        began = time.perf_counter()
        while began < end:
            byte = bytes((len(latencies) % 256,))
            async with asyncio.timeout(ECHO_S):
                began = time.perf_counter()
                await echo(byte)
            latencies.append(time.perf_counter() - began)
    finally:
        call.cancel()
    return milliseconds(latencies)


def file_frames(size, number):
    """A file of so many bytes, in frames; another file for another number."""
    source = random.Random(1)
    payloads = [source.randbytes(FILE_FRAME_BYTES) for _ in range(STREAM_FRAMES)]
    payloads[0] = number.to_bytes(8, "little") + payloads[0][8:]
    count = size // FILE_FRAME_BYTES
    return [frame(payloads[0])] + [frame(payloads[1 + index % (STREAM_FRAMES - 1)]) for index in range(count - 1)]


async def flash(exporter, frames, driver="storage", address=None):
    """One file into a flasher, as `j storage flash` does it: the stream of the file, and the call that takes it."""
    uuid = exporter.drivers[driver]
    target = json.dumps({"kind": "resource", "uuid": uuid, "x_jmp_content_encoding": None})
    call = exporter.channel.stream_stream(STREAM)(metadata=(*exporter.key, ("request", target)))
    try:
        metadata = dict(await call.initial_metadata())
        handle = json_format.ParseDict(json.loads(metadata["resource"]), struct_pb2.Value())
        place = struct_pb2.Value(null_value=0) if address is None else struct_pb2.Value(string_value=address)
        request = jumpstarter_pb2.DriverCallRequest(uuid=uuid, method="flash", args=[handle, place])

        async def send():
            for message in frames:
                await call.write(message)
            await call.write(frame(b"", GOAWAY))
            await call.done_writing()

        async def take():
            response = await exporter.channel.unary_unary(DRIVER_CALL)(request.SerializeToString(), metadata=exporter.key)
            check_responses([response])
            # The exporter says when it is done with the file; clients wait for it.
            while (response := await call.read()) is not grpc.aio.EOF:
                if router_pb2.StreamResponse.FromString(response).frame_type == GOAWAY:
                    return

        await asyncio.gather(send(), take())
    finally:
        call.cancel()


async def upload(exporter, seconds, size):
    """Files into the storage, one after the other, none like another, until the time is over."""
    flashed, spent, end = 0, 0.0, time.perf_counter() + seconds
    while flashed == 0 or time.perf_counter() < end:
        frames = file_frames(size, flashed)
        began = time.perf_counter()
        await flash(exporter, frames)
        spent += time.perf_counter() - began
        flashed += 1
    return {"rate": flashed * size / spent / 2**20, "bytes": flashed * size}


def serial_bytes(image):
    """What the loader protocol makes of an image on its way to the chip: deflated, in blocks with a head, framed by SLIP."""
    deflated = zlib.compress(image)
    blocks = -(-len(deflated) // LOADER_BLOCK_BYTES)
    return len(deflated) + deflated.count(0xC0) + deflated.count(0xDB) + blocks * LOADER_BLOCK_OVERHEAD_BYTES


async def flash_once(exporter, seconds, size, to_chip):
    """One image that does not compress, to the ESP32 or only to the storage beside it: how long that took, and what of it the serial line carried."""
    image = os.urandom(size)
    frames = [frame(image[at : at + FILE_FRAME_BYTES]) for at in range(0, size, FILE_FRAME_BYTES)]
    target = ("esp32", "0x10000") if to_chip else ("storage", None)
    began = time.perf_counter()
    await flash(exporter, frames, *target)
    return {"seconds": time.perf_counter() - began, "serialBytes": serial_bytes(image)}


class Bulk:
    """Byte streams that send as fast as they go and take their echo, until they are stopped."""

    def __init__(self, exporter, count):
        self.calls = [exporter.stream("network") for _ in range(count)]
        self.bytes = 0
        self.start = time.perf_counter()
        self.flowing = [asyncio.Event() for _ in self.calls]
        self.tasks = [asyncio.create_task(work) for pair in zip(self.calls, self.flowing) for work in self.of(*pair)]

    def of(self, call, flowing):
        payload = random.Random(1).randbytes(STREAM_FRAME_BYTES)
        message = frame(payload)

        async def send():
            while True:
                await call.write(message)

        async def receive():
            while (response := await call.read()) is not grpc.aio.EOF:
                # The payload is not looked at: another measure does that, and this process is to take little time.
                if len(response) >= STREAM_FRAME_BYTES:
                    self.bytes += STREAM_FRAME_BYTES
                    flowing.set()
            raise RuntimeError("a bulk stream ended before it was asked to")

        return send(), receive()

    async def ready(self):
        """Resolves when all of them flow."""
        flows = asyncio.gather(*(flowing.wait() for flowing in self.flowing))
        done, _ = await asyncio.wait([flows, *self.tasks], timeout=READY_S, return_when=asyncio.FIRST_COMPLETED)
        if flows not in done:
            flows.cancel()
            await self.stop()
            raise RuntimeError(f"only {sum(map(asyncio.Event.is_set, self.flowing))} of the bulk streams flow")

    async def stop(self):
        elapsed = time.perf_counter() - self.start
        failed = [task.exception() for task in self.tasks if task.done()]
        for call in self.calls:
            call.cancel()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        if failed:
            raise failed[0]
        return {"bulkRate": self.bytes / elapsed / 2**20, "bulkBytes": self.bytes}


async def bulk_start(exporter, count):
    exporter.bulk = Bulk(exporter, count)
    await exporter.bulk.ready()
    return {}


async def bulk_stop(exporter):
    bulk, exporter.bulk = exporter.bulk, None
    return await bulk.stop()


MEASURES = {
    "unary": unary,
    "calls": calls,
    "stream": stream,
    "console": console,
    "upload": upload,
    "flash-once": flash_once,
    "bulk-start": bulk_start,
    "bulk-stop": bulk_stop,
}


async def measure(job, exporters):
    address = job["address"]
    if address not in exporters:
        exporter = Exporter(address, job["passphrase"])
        await exporter.ready()
        exporters[address] = exporter
    return await MEASURES[job["measure"]](exporters[address], **job["options"])


def say(message):
    print(json.dumps(message), flush=True)


async def main():
    packages = ["grpcio", "protobuf", "jumpstarter"]
    say({"python": platform.python_version(), **{name: version(name) for name in packages}})
    exporters = {}
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        job = json.loads(line)
        try:
            say({"result": await measure(job, exporters)})
        except Exception as error:
            # An error of gRPC is told with its code and details, any other with its kind: a timeout has no text.
            say({"error": f"{type(error).__name__}: {error}"})
    for exporter in exporters.values():
        await exporter.channel.close()


asyncio.run(main())
