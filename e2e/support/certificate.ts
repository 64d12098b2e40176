/**
 * A self-signed certificate for one test.
 * Above: the TLS specs. Below: python/make_certificate.py, since Node cannot make certificates.
 */

import { fileURLToPath } from "node:url";
import { NEWEST, venvOf } from "../../scripts/prepare-python.ts";
import { Child } from "./child.ts";

const PROGRAM = fileURLToPath(new URL("../python/make_certificate.py", import.meta.url));

export interface Certificate {
  /** Paths of PEM files. */
  readonly certificate: string;
  readonly key: string;
}

/** @param names Host names and IP addresses that the certificate is for. */
export async function makeCertificate(folder: string, names: readonly string[]): Promise<Certificate> {
  const made = { certificate: `${folder}/cert.pem`, key: `${folder}/key.pem` };
  await using child = new Child(`${venvOf(NEWEST)}/bin/python`, [
    PROGRAM,
    made.certificate,
    made.key,
    ...names,
  ]);
  const { code, stderr } = await child.ended();
  if (code !== 0) throw new Error(`no certificate was made: ${stderr}`);
  return made;
}
