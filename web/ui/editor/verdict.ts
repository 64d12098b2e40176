/**
 * Whether a configuration can start, in a line.
 * Above: editor.ts. Below: ConfigCheck.
 */

import type { ConfigCheck } from "../../messages.ts";
import { count } from "../shared/format.ts";

export function verdict({ problems }: Pick<ConfigCheck, "problems">): string {
  const errors = problems.filter(({ severity }) => severity === "error").length;
  if (errors > 0) return `${count(errors, "error")} to correct before it can start`;
  const warnings = problems.filter(({ severity }) => severity === "warning").length;
  return warnings > 0 ? `It can start, with ${count(warnings, "warning")}` : "It can start";
}
