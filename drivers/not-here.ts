/**
 * Driver types that Jumpstarter has and this exporter does not run, each with the reason and what to do instead.
 * Above: registry.ts. Below: nothing.
 * Specification: what a page may reach: no sockets, no programs, no files of the host, no protected USB classes.
 */

import type { CatalogueEntry } from "./base/catalogue.ts";

type Reason = Extract<CatalogueEntry, { kind: "impossible" | "planned" }>;

const PYTHON = "export it with the Python exporter on a host";

const NO_PROGRAMS = `a page cannot start programs: ${PYTHON}`;
const NO_TCP = `a page cannot open TCP sockets: ${PYTHON} that reaches the service`;
const NO_UDP = `a page cannot send UDP packets: ${PYTHON} that reaches the device`;
const NO_LISTENING = `a page cannot listen for connections from the board: ${PYTHON} in the board's network`;
const NO_LOCAL_NETWORK = `a page cannot reach sockets and networks of its computer: ${PYTHON}`;
const NEEDS_USB = "drivers over WebUSB are not there yet: use the Python exporter for this driver meanwhile";
const NEEDS_HID = "drivers over WebHID are not there yet: use the Python exporter for this driver meanwhile";
const NEEDS_SERIAL = "this driver over Web Serial is not there yet: export its port as PySerial meanwhile";
const NEEDS_CAMERA = "cameras are not there yet: use the Python exporter for this driver meanwhile";
const NEEDS_CAN = "CAN adapters are not there yet: use the Python exporter for this driver meanwhile";
const NEEDS_SOCKET_CHILD = `it works over a TCP child, and a page cannot open TCP sockets: ${PYTHON}`;
const HTTP_PLANNED =
  "switches over HTTP are not there yet: use the Python exporter for this driver meanwhile";

const impossible: Readonly<Record<string, readonly string[]>> = {
  [NO_PROGRAMS]: [
    "jumpstarter_driver_androidemulator.driver.AndroidEmulator",
    "jumpstarter_driver_androidemulator.driver.AndroidEmulatorPower",
    "jumpstarter_driver_cuttlefish.driver.Cuttlefish",
    "jumpstarter_driver_cuttlefish.driver.CvdPower",
    "jumpstarter_driver_cuttlefish.driver.CvdFlasher",
    "jumpstarter_driver_mitmproxy.driver.MitmproxyDriver",
    "jumpstarter_driver_pyserial.nvdemux.driver.NVDemuxSerial",
    "jumpstarter_driver_qemu.driver.Qemu",
    "jumpstarter_driver_qemu.driver.QemuPower",
    "jumpstarter_driver_qemu.driver.QemuFlasher",
    "jumpstarter_driver_renode.driver.Renode",
    "jumpstarter_driver_renode.driver.RenodePower",
    "jumpstarter_driver_renode.driver.RenodeFlasher",
  ],
  [NO_TCP]: [
    "jumpstarter_driver_doip.driver.DoIP",
    "jumpstarter_driver_network.driver.TcpNetwork",
    "jumpstarter_driver_ssh_mitm.driver.SSHMITM",
    "jumpstarter_driver_uds_doip.driver.UdsDoip",
  ],
  [NO_UDP]: [
    "jumpstarter_driver_network.driver.UdpNetwork",
    "jumpstarter_driver_snmp.driver.SNMPServer",
    "jumpstarter_driver_someip.driver.SomeIp",
  ],
  [NO_LISTENING]: [
    "jumpstarter_driver_flashers.driver.BaseFlasher",
    "jumpstarter_driver_flashers.driver.TIJ784S4Flasher",
    "jumpstarter_driver_flashers.driver.RCarS4Flasher",
    "jumpstarter_driver_http.driver.HttpServer",
    "jumpstarter_driver_iscsi.driver.ISCSI",
    "jumpstarter_driver_tftp.driver.Tftp",
  ],
  [NO_LOCAL_NETWORK]: [
    "jumpstarter_driver_can.driver.IsoTpSocket",
    "jumpstarter_driver_dut_network.driver.DutNetwork",
    "jumpstarter_driver_network.driver.DbusNetwork",
    "jumpstarter_driver_network.driver.UnixNetwork",
    "jumpstarter_driver_network.driver.VsockNetwork",
  ],
  [NEEDS_SOCKET_CHILD]: [
    "jumpstarter_driver_ssh.driver.SSHWrapper",
    "jumpstarter_driver_ssh_mount.driver.SSHMount",
    "jumpstarter_driver_tmt.driver.TMT",
  ],
  [`the switch's web page does not let another page use it: ${PYTHON}`]: [
    "jumpstarter_driver_energenie.driver.EnerGenie",
  ],
  [`its service needs secrets that a page should not hold, and refuses pages: ${PYTHON}`]: [
    "jumpstarter_driver_corellium.driver.Corellium",
    "jumpstarter_driver_corellium.driver.CorelliumConsole",
    "jumpstarter_driver_corellium.driver.CorelliumPower",
  ],
  [`browsers keep pages away from USB Bluetooth controllers: ${PYTHON}`]: [
    "jumpstarter_driver_bt_peer.driver.BtPeer",
  ],
  [`a page cannot run shell commands: ${PYTHON}`]: ["jumpstarter_driver_shell.driver.Shell"],
  "an alias is written `ref: path.to.driver`, without a type": ["jumpstarter_driver_composite.driver.Proxy"],
};

const planned: Readonly<Record<string, readonly string[]>> = {
  [NEEDS_USB]: [
    "jumpstarter_driver_adb.driver.AdbServer",
    "jumpstarter_driver_dutlink.driver.Dutlink",
    "jumpstarter_driver_dutlink.driver.DutlinkPower",
    "jumpstarter_driver_dutlink.driver.DutlinkStorageMux",
    "jumpstarter_driver_ridesx.driver.RideSXDriver",
    "jumpstarter_driver_sdwire.driver.SDWire",
  ],
  [NEEDS_HID]: [
    "jumpstarter_driver_noyito_relay.driver.NoyitoPowerHID",
    "jumpstarter_driver_yepkit.driver.Ykush",
  ],
  [NEEDS_SERIAL]: [
    "jumpstarter_driver_dutlink.driver.DutlinkSerial",
    "jumpstarter_driver_noyito_relay.driver.NoyitoPowerSerial",
    "jumpstarter_driver_obd.driver.OBD",
    "jumpstarter_driver_ridesx.driver.RideSXPowerDriver",
  ],
  [NEEDS_CAN]: [
    "jumpstarter_driver_can.driver.Can",
    "jumpstarter_driver_can.driver.IsoTpPython",
    "jumpstarter_driver_uds_can.driver.UdsCan",
    "jumpstarter_driver_xcp.driver.Xcp",
  ],
  [NEEDS_CAMERA]: [
    "jumpstarter_driver_ustreamer.driver.UStreamer",
    "jumpstarter_driver_video.driver.HttpVideo",
  ],
  [HTTP_PLANNED]: [
    "jumpstarter_driver_http_power.driver.HttpPower",
    "jumpstarter_driver_tasmota.driver.TasmotaPower",
  ],
  "Bluetooth is not there yet: use the Python exporter for this driver meanwhile": [
    "jumpstarter_driver_ble.driver.BleWriteNotifyStream",
  ],
  "WebSocket services are not there yet: use the Python exporter for this driver meanwhile": [
    "jumpstarter_driver_network.driver.WebsocketNetwork",
    "jumpstarter_driver_vnc.driver.Vnc",
  ],
  "a browser has no GPIO chip; lines of USB adapters are not there yet: use the Python exporter meanwhile": [
    "jumpstarter_driver_gpiod.driver.DigitalInput",
    "jumpstarter_driver_gpiod.driver.DigitalOutput",
    "jumpstarter_driver_gpiod.driver.PowerSwitch",
  ],
  "the boot-loader helper is not there yet: use the serial console itself meanwhile": [
    "jumpstarter_driver_uboot.driver.UbootConsole",
  ],
};

/** By type. */
export const notHere: ReadonlyMap<string, Reason> = new Map([
  ...flatten("impossible", impossible),
  ...flatten("planned", planned),
]);

function flatten(
  kind: Reason["kind"],
  table: Readonly<Record<string, readonly string[]>>,
): [string, Reason][] {
  return Object.entries(table).flatMap(([reason, types]) =>
    types.map((type): [string, Reason] => [type, { kind, reason }]),
  );
}
