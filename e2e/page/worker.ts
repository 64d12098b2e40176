/**
 * The worker of the page under test: the product's, with the test drivers in its catalogue.
 * Above: the built page (`vite --mode e2e` puts this file in the place of web/worker.ts). Below: web/start-worker.ts.
 */

import { catalogue } from "../../drivers/registry.ts";
import { startWorker } from "../../web/start-worker.ts";
import { withTestDrivers } from "./test-drivers.ts";

startWorker({ catalogue: withTestDrivers(catalogue) });
