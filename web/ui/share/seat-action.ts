/**
 * What the person at the board has pressed about the seat, as the page's own verb.
 * Above: share-section.ts, app.ts. Below: PageActions.
 */

import type { PageActions } from "../model.ts";
import type { SeatWish } from "./people-text.ts";

export function seatAction(actions: PageActions, wish: SeatWish): void {
  switch (wish.action) {
    case "take":
      actions.takeSeat();
      return;
    case "free":
      actions.freeSeat();
      return;
    case "grant":
      actions.grantSeat(wish.share);
      return;
    case "refuse":
      actions.refuseSeat(wish.share);
      return;
    case "ask":
    case "withdraw":
      // A colleague's: the person at the board is never refused, and so never asks.
      return;
  }
}
