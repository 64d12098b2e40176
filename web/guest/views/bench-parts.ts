/**
 * What a bench is drawn with: nobody needs it before the exporter has answered, and it is on its way meanwhile.
 * Above: guest-app.ts loads it by import(). Below: the elements of web/ui.
 */

import "../../ui/bench/drivers.ts";
import "../../ui/log-panel/log-panel.ts";
import "../../ui/share-line/share-line.ts";
import "../../ui/share/people.ts";
import "../../ui/transfers/transfer-strip.ts";
