/**
 * A number as Python writes a float, so that scripts which read `j power read` find what they know.
 * Above: commands.ts. Below: nothing. Specification: float.__repr__: shortest digits that mean the same number, always
 * with a point or an exponent, the latter below 1e-4 and from 1e16.
 */

/** Powers of ten between which Python writes no exponent. */
const SMALLEST_PLAIN_EXPONENT = -4;
const FIRST_LARGE_EXPONENT = 16;

export function floatText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf";
  if (Object.is(value, -0)) return "-0.0";
  if (value === 0) return "0.0";
  // Without an argument it gives the shortest digits.
  const [mantissa = "", exponentText = "0"] = Math.abs(value).toExponential().split("e");
  const sign = value < 0 ? "-" : "";
  const digits = mantissa.replace(".", "");
  const exponent = Number(exponentText);
  if (exponent < SMALLEST_PLAIN_EXPONENT || exponent >= FIRST_LARGE_EXPONENT) {
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${sign}${mantissa}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${sign}${whole}.${digits.slice(exponent + 1) || "0"}`;
}
