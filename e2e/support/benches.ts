/**
 * Configurations that the tests export.
 * Above: the specs. Below: nothing. Types that begin with `jumptab.test.` are those of e2e/page/.
 */

const HEAD = `apiVersion: jumpstarter.dev/v1alpha1
kind: ExporterConfig
`;

/** The page of the conformance suite: one of everything. */
export const CONFORMANCE_BENCH = `${HEAD}metadata:
  namespace: default
  name: conformance
description: The bench of the conformance suite
export:
  power:
    type: jumpstarter_driver_power.driver.MockPower
    description: Mains of the bench
    methods_description:
      "on": Let there be power
    config:
      labels:
        example.com/rack: r2-d2
  serial:
    type: jumpstarter_driver_pyserial.driver.PySerial
    config:
      url: "loop://"
  slow:
    type: jumpstarter_driver_pyserial.driver.PySerial
    config:
      url: "loop://"
      cps: 5
  con:
    type: jumptab.test.ScriptedSerial
  net:
    type: jumpstarter_driver_network.driver.EchoNetwork
  lab:
    type: jumptab.test.Lab
  vm:
    type: jumptab.test.VirtualPower
  board:
    children:
      power:
        type: jumpstarter_driver_power.driver.SyncMockPower
`;

/** Everything that takes files. */
export const STORAGE_BENCH = `${HEAD}metadata:
  namespace: default
  name: storage
export:
  power:
    type: jumpstarter_driver_power.driver.MockPower
  storage:
    type: jumpstarter_driver_opendal.driver.MockFlasher
  other:
    type: jumpstarter_driver_opendal.driver.MockFlasher
  mux:
    type: jumpstarter_driver_opendal.driver.MockStorageMux
  card:
    type: jumpstarter_driver_opendal.driver.MockStorageMuxFlasher
  files:
    type: jumpstarter_driver_opendal.driver.Opendal
    config:
      scheme: fs
      kwargs:
        root: /conformance
  memory:
    type: jumpstarter_driver_opendal.driver.Opendal
    config:
      scheme: memory
      kwargs: {}
  odd:
    type: jumptab.test.OddFlasher
`;

/** A driver called `name` whose client class comes from somebody else's package, beside one of Jumpstarter's own. */
export const foreignBench = (name: string, clientClass: string): string => `${HEAD}metadata:
  namespace: default
  name: foreign
export:
  power:
    type: jumpstarter_driver_power.driver.MockPower
  ${name}:
    type: jumptab.test.Foreign
    config:
      client: ${clientClass}
`;

/** Another exporter, small, to tell apart from the first. */
export const SECOND_BENCH = `${HEAD}metadata:
  namespace: default
  name: second
export:
  relay:
    type: jumpstarter_driver_power.driver.MockPower
`;

/** The demo board, by itself. */
export const DEMO_BENCH = `${HEAD}metadata:
  namespace: default
  name: demo
export:
  board:
    type: jumptab.simulator.DemoBoard
`;

/** A board of each kind of chip that there is simulated; `slow` takes as long as a line of 115200 baud does, the others no time. */
export const CHIPS_BENCH = `${HEAD}metadata:
  namespace: default
  name: chips
export:
  esp:
    type: jumptab.simulator.Esp32Board
    config:
      paced: false
  slow:
    type: jumptab.simulator.Esp32Board
    config:
      chip: ESP32-C3
      baudrate: 115200
  pico:
    type: jumptab.simulator.PicoBoard
    config:
      paced: false
  cortex:
    type: jumptab.simulator.ProbeBoard
`;

/** A power, a test driver, and hooks as YAML (the lines below `hooks:`, indented by two). */
export const hookBench = (hooks: string, head = ""): string => `${HEAD}metadata:
  namespace: default
  name: hooked
${head}export:
  power:
    type: jumpstarter_driver_power.driver.MockPower
  lab:
    type: jumptab.test.Lab
hooks:
${hooks}`;
