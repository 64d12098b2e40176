/**
 * Conformance R: resource handles. The drivers that use them come later; what must never hang is here already.
 * Below: test.ts.
 */

import { expect, test } from "./test.ts";

test("R11 a resource for a driver that takes none ends in an error and not in a hang @wire", async ({
  raw,
}) => {
  const result = (await raw(`
    def resource(driver):
        request = json.dumps({"kind": "resource", "uuid": driver, "x_jmp_content_encoding": None})
        return outcome(lambda: list(router.Stream(
            iter([router_pb.StreamRequest(payload=b"data"), router_pb.StreamRequest(frame_type=7)]),
            metadata=[*key, ("request", request)], timeout=10)))

    handle = {"kind": "client_stream", "uuid": str(uuid.uuid4()), "x_jmp_content_encoding": None}
    lab = raw.uuids()["lab"]
    result = [
        resource(lab)[0],
        outcome(lambda: raw.call(lab, "flash", json.dumps(handle), timeout=10))[0],
        outcome(lambda: raw.call(lab, "on"))[0],
    ]
  `)) as string[];
  expect(result).toEqual(["INVALID_ARGUMENT", "NOT_FOUND", "OK"]);
});
