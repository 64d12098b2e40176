/**
 * A link as a `.env` file: what a client library finds in `jmp shell`, for programs that run without one.
 * Above: share-list.ts. Below: the variables that `jumpstarter.utils.env` reads.
 * One that a shell sources, that python-dotenv loads and that `docker run --env-file` takes, which reads quotes as part of a value.
 */

import type { Share } from "../../messages.ts";
import { roleLabel } from "./share-text.ts";

export interface EnvFile {
  readonly bench: string;
  readonly share: Pick<Share, "name" | "role">;
  /** `host:port` */
  readonly endpoint: string;
  readonly insecure: boolean;
  readonly secret: string;
}

export function envFile({ bench, share, endpoint, insecure, secret }: EnvFile): string {
  const lines = [
    `# ${oneLine(`${bench}, for ${share.name}: ${roleLabel(share.role)}`)}. Keep it secret: it opens the bench.`,
    "# In a shell: set -a; . ./.env; set +a; j --help",
    `JUMPSTARTER_HOST=${endpoint}`,
    "JMP_DRIVERS_ALLOW=UNSAFE",
    ...(insecure ? ["JMP_GRPC_INSECURE=1"] : []),
    `JMP_GRPC_PASSPHRASE=${secret}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** A name must not end the comment that it stands in. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ");
}
