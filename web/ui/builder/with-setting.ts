/**
 * A field of the form, as a change of the text.
 * Above: editor.ts. Below: web/config/edit-config.ts.
 */

import {
  type Edit,
  setConfig,
  setDescription,
  setDriverDescription,
  setName,
  setRef,
} from "../../config/edit-config.ts";
import type { Setting } from "./driver-form.ts";

/** @param path Of the driver that is shown; empty: the bench itself. */
export function withSetting(text: string, path: readonly string[], setting: Setting): Edit {
  switch (setting.kind) {
    case "config":
      return setConfig(text, path, setting.key, setting.value);
    case "description":
      return setDriverDescription(text, path, setting.value);
    case "ref":
      return setRef(text, path, setting.value);
    case "bench-name":
      return setName(text, setting.value);
    case "bench-description":
      return setDescription(text, setting.value);
  }
}
