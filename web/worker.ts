/**
 * The page's worker: the exporter with the drivers that jumptab brings.
 * Above: web/main.ts starts it. Below: start-worker.ts, drivers/registry.ts.
 */

import { catalogue } from "../drivers/registry.ts";
import { startWorker } from "./start-worker.ts";

startWorker({ catalogue });
