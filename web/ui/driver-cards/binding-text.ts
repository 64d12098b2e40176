/**
 * Which device a driver has, in words: what is asked for, what is wrong, and what the button says.
 * Above: device-binding.ts. Below: BindingSnapshot of web/messages.ts.
 */

import type { TwinAnswer } from "../../../drivers/base/devices.ts";
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

/** What is said of devices that nothing tells apart, and what a person can answer. */
export interface TwinText {
  readonly title: string;
  readonly text: string;
  readonly answers: readonly { readonly answer: TwinAnswer; readonly label: string }[];
}

/** @param driver As a client types it. Undefined: there is nothing to say. */
export function twinText({ twin, kind }: BindingSnapshot, driver: string): TwinText | undefined {
  const one = kind === "serial" ? "adapter" : "device";
  const cancel = { answer: "cancel", label: "Cancel" } as const;
  switch (twin) {
    case undefined:
    case "told":
      return undefined;
    case "guess":
      return {
        title: `Which ${one} is the one of ${driver}?`,
        text: `There is more than one like this, and no browser tells them apart. This one is a guess.`,
        answers: [
          { answer: "ask", label: "Tell them apart" },
          { answer: "right", label: "It is right" },
        ],
      };
    case "unplug":
      return {
        title: `Unplug the ${one} that belongs to ${driver}.`,
        text: "Leave the others where they are: the page sees which one goes.",
        answers: [cancel],
      };
    case "plug":
      return {
        title: "Now plug it in again.",
        text: `From then on it is the one of ${driver}, until it is unplugged while this page is closed.`,
        answers: [cancel],
      };
  }
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
