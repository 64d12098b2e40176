/**
 * The schema of a driver's `config:` map, with messages for the person who wrote the YAML.
 * Above: every driver that has configuration. Below: valibot.
 * Specification: Python's plain dataclasses, which refuse unknown and missing keys.
 */

import * as v from "valibot";

/** A strict object: an unknown key, and a missing one, are named together with the keys there are. */
export function configObject<const Entries extends v.ObjectEntries>(entries: Entries) {
  const known = Object.keys(entries);
  return v.strictObject(entries, (issue) => {
    if (issue.type !== "strict_object") return issue.message;
    if (issue.expected === "never") {
      const cure =
        known.length === 0 ? "this driver takes no configuration" : `known keys are ${known.join(", ")}`;
      return `unknown key ${issue.received}: ${cure}`;
    }
    if (issue.path !== undefined && issue.path.length > 0) return `the key ${issue.expected} is missing`;
    return "a map of keys and values is needed here";
  });
}
