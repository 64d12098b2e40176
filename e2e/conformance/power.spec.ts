/**
 * Conformance P: power.
 * Below: test.ts.
 */

import { expect, test } from "./test.ts";

test("P01 j power on and off switch what the page shows @both", async ({ jumpstarter, exporterPage }) => {
  expect(await jumpstarter.j("power on")).toMatchObject({ code: 0 });
  await exporterPage.expectPower("power", "on");
  expect(await jumpstarter.j("power off")).toMatchObject({ code: 0 });
  await exporterPage.expectPower("power", "off");
});

test("P03 j power read prints the readings @both", async ({ jumpstarter, traits, py }) => {
  expect(
    await py("result = [[reading.voltage, reading.current] for reading in client.power.read()]"),
  ).toEqual([
    [0, 0],
    [5, 2],
  ]);
  const { code, stdout, output } = await jumpstarter.j("power read");
  if (!traits.readsPower) {
    expect(code).not.toBe(0);
    expect(output).toContain("No such command 'read'");
    return;
  }
  expect(code).toBe(0);
  expect(stdout).toBe(
    "voltage=0.0 V  current=0.0 A  apparent_power=0.0 VA\nvoltage=5.0 V  current=2.0 A  apparent_power=10.0 VA\n",
  );
});

test("P04 j power read -n 2 reads twice @both", async ({ jumpstarter, traits }) => {
  const { code, stdout, output } = await jumpstarter.j("power read -n 2 -i 0");
  if (!traits.readsPower) {
    expect(code).not.toBe(0);
    expect(output).toContain("No such command 'read'");
    return;
  }
  expect(code).toBe(0);
  expect(stdout.trim().split("\n")).toHaveLength(4);
});

test("P06 rescue, which this power has not, is a method not implemented @both", async ({ py }) => {
  await expect(py("client.power.rescue()")).rejects.toMatchObject({
    classes: expect.arrayContaining(["DriverMethodNotImplemented"]),
    message: expect.stringMatching(/NOT_FOUND|UNIMPLEMENTED/),
  });
});

test("P07 j vm off --destroy passes its flag as one boolean", async ({ jumpstarter, py }) => {
  expect(await jumpstarter.j("vm off --destroy")).toMatchObject({ code: 0 });
  expect(await jumpstarter.j("vm off")).toMatchObject({ code: 0 });
  expect(await py(`result = client.vm.call("offs")`)).toEqual([true, false]);
});
