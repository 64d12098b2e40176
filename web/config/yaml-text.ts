/**
 * Any text as a YAML scalar on one line.
 * Above: what writes configurations for people. Below: nothing.
 */

/** Double quotes hold any text: JSON's escapes are also YAML's, but for some characters that YAML wants escaped. */
export function yamlText(value: string): string {
  return JSON.stringify(value.toWellFormed()).replaceAll(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
