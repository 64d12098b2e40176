/**
 * The door of the exporter: every request is asked who makes it and whether they may, and can be put out again.
 * Above: serve.ts, for all protocols and for the path without copies alike. Below: principal.ts, permissions.ts, people.ts.
 *
 * Whoever is put out hears why: the tunnel's reset carries a status, which the relay says in the protocol of the call. The call itself
 * sees its signal aborted, whatever its driver does.
 */

import type { DescMethod } from "@bufbuild/protobuf";
import { Code, type ContextValues, createContextKey } from "@connectrpc/connect";
import { CLIENT_HEADER } from "../../proto/client-header.ts";
import { CREDENTIAL_HEADER } from "../../proto/credentials.ts";
import { BenchService } from "../../proto/gen/jumptab/v1/bench_pb.ts";
import type { RequestHead, TunnelStream } from "../../proto/tunnel/types.ts";
import { callerOf } from "./access.ts";
import type { People, Visitor } from "./people.ts";
import { requirePermission } from "./permissions.ts";
import { identify, shareOf } from "./principal.ts";
import type { Seat } from "./seat.ts";
import type { Shares } from "./shares.ts";

/** Who has been let in. */
export interface Guest extends Visitor {
  /** A colleague's page, which shows the bench, and is no client with a shell. */
  readonly page: boolean;
}

const kGuest = createContextKey<Guest | undefined>(undefined, { description: "who is calling" });

/** For handlers: there is nobody in here who did not come by the door. */
export function guestOf(values: ContextValues): Guest {
  const guest = values.get(kGuest);
  if (guest === undefined) throw new Error("a call came in that nobody has asked who it is");
  return guest;
}

export function withGuest(values: ContextValues, guest: Guest): ContextValues {
  return values.set(kGuest, guest);
}

export interface DoorOptions {
  readonly shares: Shares;
  readonly seat: Seat;
  readonly people: People;
}

interface Visit {
  readonly guest: Guest;
  readonly stream: TunnelStream;
}

export class Door {
  readonly #options: DoorOptions;
  readonly #visits = new Set<Visit>();

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  /**
   * Let a request in.
   *
   * @param method Undefined where nobody knows it: that is said to whoever may come in at all.
   * @throws ConnectError UNAUTHENTICATED, PERMISSION_DENIED or FAILED_PRECONDITION with a sentence.
   */
  enter(stream: TunnelStream, method: DescMethod | undefined): Guest {
    const { shares, seat, people } = this.#options;
    const { request } = stream;
    const principal = identify(shares, headerOf(request, CREDENTIAL_HEADER));
    if (method !== undefined) requirePermission(principal, method, seat);
    const visitor: Visitor = {
      principal,
      caller: callerOf(headerOf(request, CLIENT_HEADER)),
      web: isWeb(headerOf(request, "content-type")),
    };
    const leave = people.arrive(visitor, { watches: method === BenchService.method.watch });
    const guest: Guest = { ...visitor, page: people.isPage(visitor) };
    const visit: Visit = { guest, stream };
    this.#visits.add(visit);
    void stream.closed.then(() => {
      this.#visits.delete(visit);
      leave();
    });
    return guest;
  }

  /** Put everybody out who came with this link, with UNAUTHENTICATED. */
  putOut(share: string, sentence: string): void {
    this.#end(sentence, ({ principal }) => shareOf(principal) === share);
  }

  /** Put everybody out who came with a link that somebody else has made their own just now. */
  putOutUnopened(share: string, sentence: string, { but }: { but: Guest }): void {
    this.#end(
      sentence,
      ({ principal, caller }) =>
        principal.kind === "share" &&
        principal.share.id === share &&
        principal.standing === "unopened" &&
        caller.connection !== but.caller.connection,
    );
  }

  #end(sentence: string, whom: (guest: Guest) => boolean): void {
    for (const { guest, stream } of [...this.#visits]) {
      if (whom(guest)) stream.reset(Code.Unauthenticated, sentence);
    }
  }
}

export function headerOf({ h }: RequestHead, wanted: string): string | null {
  return h.find(([name]) => name === wanted)?.[1] ?? null;
}

/** Python's clients, and a colleague's page by its tunnel, speak gRPC itself. */
function isWeb(contentType: string | null): boolean {
  return contentType === null || !/^application\/grpc(?:\+|;|$)/.test(contentType);
}
