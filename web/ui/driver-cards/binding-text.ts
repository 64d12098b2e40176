/**
 * Which device a driver has, in words: what is asked for, what is wrong, and what the button says.
 * Above: device-binding.ts. Below: BindingSnapshot of web/messages.ts.
 */

import type { BindingSnapshot } from "../../messages.ts";

export interface BindingText {
  /** What the configuration, or the driver, asks for. */
  readonly wanted: string;
  /** Of the button that opens the browser's chooser. */
  readonly choose: string;
  readonly chooseAnother: string;
  /** What is wrong, and the cure; undefined while the device is there. */
  readonly advice: { readonly title: string; readonly text: string } | undefined;
}

export function bindingText(binding: BindingSnapshot): BindingText {
  return binding.kind === "serial" ? serialText(binding) : usbText(binding);
}

function serialText({ status, label, request }: Extract<BindingSnapshot, { kind: "serial" }>): BindingText {
  const wanted =
    request.kind === "usb" ? `USB ${hex4(request.vendorId)}:${hex4(request.productId)}` : request.hint;
  const texts = { wanted, choose: "Choose port", chooseAnother: "Choose another port" };
  switch (status) {
    case "present":
      return { ...texts, advice: undefined };
    case "missing":
      return { ...texts, advice: missing(label) };
    case "unbound":
      return {
        ...texts,
        advice: {
          title: "No port is chosen.",
          text: `The configuration says ${wanted}, which names no port in a browser. Plug the board in, then choose its port; it is remembered.`,
        },
      };
  }
}

function usbText({ status, label, request }: Extract<BindingSnapshot, { kind: "usb" }>): BindingText {
  const texts = { wanted: request.hint, choose: "Choose a device", chooseAnother: "Choose another device" };
  switch (status) {
    case "present":
      return { ...texts, advice: undefined };
    case "missing":
      return { ...texts, advice: missing(label) };
    case "unbound":
      return {
        ...texts,
        advice: {
          title: "No device is chosen.",
          text: `This needs ${request.hint}. Plug it in, then choose it; the browser asks once, and it is remembered.`,
        },
      };
  }
}

function missing(label: string): { title: string; text: string } {
  return {
    title: `${capital(label)} is not plugged in.`,
    text: "Or this browser no longer lets the page use it. Plug it in and it is found by itself; if it is not, choose it again.",
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function hex4(id: number): string {
  return id.toString(16).padStart(4, "0");
}
