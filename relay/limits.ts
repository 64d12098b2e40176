/**
 * What the relay waits for, holds and allows: every bound of relay/ in one place, each with its reason.
 * Above: every other file of relay/. Below: nothing. The tunnel's own bounds are in proto/tunnel/limits.ts.
 */

// --- connections

/** 10 s: a peer that has not said what it speaks by then never will; browsers open spare connections and drop them too. */
export const FIRST_BYTES_TIMEOUT_MS = 10_000;

/** 10 s for a TLS handshake or the headers of an HTTP/1.1 request: ten slow round trips. */
export const HANDSHAKE_TIMEOUT_MS = 10_000;

/** Connections at once. A lab has tens; a descriptor limit of 4096 still leaves room for files. */
export const MAX_CONNECTIONS = 2048;

/** 1 s to take a refusal and close; then the connection is cut, so that the refused hold nothing. */
export const REFUSAL_LINGER_MS = 1000;

/** Refused connections that are told so at once; one more is cut without a word. */
export const MAX_TOLD_REFUSALS = 32;

/** 15 s of silence before TCP asks whether the other computer is still there; ten questions, one a second, and it is not. */
export const TCP_KEEPALIVE_MS = 15_000;

/** 60 s without a stream and without a ping, from the start of an HTTP/2 connection: nobody wants anything. One that has had a stream may be idle for ever. */
export const HTTP2_SILENCE_MS = 60_000;

/** 65 s between two requests of an HTTP/1.1 connection: usual reverse proxies stop using one after 60 s, and so never meet one that closes. */
export const HTTP1_IDLE_MS = 65_000;

/** 10 s for the rest of an HTTP/1.1 request that has been answered before it was whole: then the connection is cut. */
export const UNREAD_REQUEST_MS = 10_000;

/** 1.5 s to answer an HTTP/1.1 client that has closed its side: `nc -N` still reads, a browser that left looks just the same, and a device is to be free 5 s after that. */
export const HALF_CLOSED_MS = 1500;

/** 16 KiB of headers in one request: what gRPC clients and HTTP servers allow. As JSON in the tunnel it is at most 64 KiB. */
export const MAX_HEADER_BYTES = 16 * 1024;

/** Headers of one request; a browser sends 20, gRPC 10. */
export const MAX_HEADERS = 128;

// --- one address

/** Connections of one address: half of all. */
export const MAX_CLIENTS_PER_ADDRESS = 1024;

/** Calls of one address that are not answered yet: half of what an exporter's tunnel carries; a shell with a console has 5. */
export const MAX_CALLS_PER_ADDRESS = 500;

/** HTTP/2 streams of one address, with those that are answered and not taken: each holds some 10 KiB. */
export const MAX_STREAMS_PER_ADDRESS = 4000;

/** Requests for files of the page, and for metrics, by one address: each may hold a file and 320 KiB. A browser sends 6 at once, or 30 over HTTP/2. */
export const MAX_PAGE_REQUESTS_PER_ADDRESS = 128;

/** Exporters of one address: three quarters of all, a rack behind one address leaves room for another. */
export const MAX_EXPORTERS_PER_ADDRESS = 48;

/** WebSockets of one address: each exporter's old connection and its new one. */
export const MAX_TUNNELS_PER_ADDRESS = 96;

/** WebSockets of one address that have not said HELLO yet: half of all. */
export const MAX_UNGREETED_PER_ADDRESS = 32;

/** Tunnels of clients of one address, with those that are away for a moment: half of all. */
export const MAX_CLIENT_TUNNELS_PER_ADDRESS = 64;

/** WebSockets of one address for those: each one's old connection and its new one. */
export const MAX_CLIENT_WEBSOCKETS_PER_ADDRESS = 128;

// --- wrong passphrases and attach tokens

/** Failures of one address a minute that are answered at once: a test of wrong passphrases makes a handful. */
export const FAILURES_PER_MINUTE = 30;

/** 100 ms for the first answer that is delayed; each next one waits twice as long. */
export const FAILURE_FIRST_DELAY_MS = 100;

/** 5 s for all later ones: a dozen guesses a minute, and no client's own timeout. */
export const FAILURE_MAX_DELAY_MS = 5000;

/** Delayed answers of one address: an eighth of its calls, so that right passphrases always find room. */
export const MAX_DELAYED_FAILURES_PER_ADDRESS = 64;

/** Delayed answers in all: each holds its head, 16 KiB; what comes of its body is thrown away. */
export const MAX_DELAYED_FAILURES = 256;

/** Addresses whose failures are remembered, 100 bytes each; the one that failed longest ago is forgotten first. */
export const MAX_FAILURE_ADDRESSES = 4096;

/** 10 s between two log lines on failures of one address, once they are delayed. */
export const FAILURE_LOG_INTERVAL_MS = 10_000;

// --- log lines that strangers cause

/** 60 s between two lines of one reason and address. */
export const RARE_LOG_INTERVAL_MS = 60_000;

/** Reasons and addresses of which a line is written in a minute. */
export const MAX_RARE_KEYS = 256;

// --- HTTP/2

/** 256 KiB for a stream's request body: the size of the tunnel's stream window, more would only wait here. */
export const HTTP2_STREAM_WINDOW_BYTES = 256 * 1024;

/** 8 MiB for all streams of a connection: 32 full streams before one holds up another. */
export const HTTP2_CONNECTION_WINDOW_BYTES = 8 * 1024 * 1024;

/** 64 KiB: two of the tunnel's DATA frames; larger ones delay what shares the connection. */
export const HTTP2_MAX_FRAME_BYTES = 64 * 1024;

/** Streams of one connection at once; what gRPC clients expect to get. */
export const HTTP2_MAX_STREAMS = 1000;

/** 64 MB that a session may use before it refuses streams: Node's 10 MB is less than the windows above allow. */
export const HTTP2_SESSION_MEMORY_MB = 64;

/** 5 s between two PINGs to a client that says nothing: costs nothing, and routers keep its connection in mind. */
export const HTTP2_PING_INTERVAL_MS = 5_000;

/**
 * 30 s without a byte from a client that is asked for one: it is gone, and its devices are for others. Long enough for a change of
 * the network, and for a shell that somebody has suspended for a moment.
 */
export const HTTP2_DEAD_MS = 30_000;

/**
 * 30 s for a client whose HTTP/2 session is over to take what is still on its way to it and to close its side. Then the
 * connection is cut: Node would keep it for as long as the client does.
 */
export const HTTP2_LINGER_MS = 30_000;

/** Cancelled streams at once, and per second: a test that cancels each of its calls is not an attack. */
export const HTTP2_RESET_BURST = 10_000;
export const HTTP2_RESETS_PER_SECOND = 1000;

/** 20 ms between looks whether a slow client has taken the end of its response, so that it can be told to stop sending. */
export const RESET_RETRY_MS = 20;

/** 256 KiB of response that a client has not taken: one stream window of the tunnel. Above it the page is held back. */
export const RESPONSE_HIGH_WATER_BYTES = 256 * 1024;

/** 2 KiB of status text: it travels in a header, and Python clients allow 8 KiB for all of them. */
export const MAX_STATUS_TEXT_BYTES = 2 * 1024;

// --- tunnels

/** 5 s from the WebSocket's start to HELLO: the page sends it first of all. */
export const HELLO_TIMEOUT_MS = 5_000;

/** 32 KiB for the message with HELLO: a name of 253 characters, a token, four uuids, and 128 credentials of at most 148 bytes. */
export const MAX_HELLO_BYTES = 32 * 1024;

/** 32 KiB for a list of credentials that replaces another: as many as HELLO may have. */
export const MAX_CREDENTIALS_BYTES = 32 * 1024;

/** A PING every 5 s. Chromium answers the WebSocket's own pings even while the page is frozen, so it is a frame. */
export const PING_INTERVAL_MS = 5_000;

/** 1 s between two looks whether a page has said anything: its silence is noticed that exactly. */
export const LIVENESS_LOOK_MS = 1_000;

/** 12 s without any frame from the page: two pings lost and a slow third. It counts as away then, and its calls wait. */
export const TUNNEL_DEAD_MS = 12_000;

/** 2 s for a page whose browser has said that it goes: one that was only frozen dials at once, one that was closed never does. */
export const LEAVING_GRACE_MS = 2_000;

/** Exporters at once on one relay: more than a rack of boards, few enough to list. */
export const MAX_EXPORTERS = 64;

/** WebSockets that have not said HELLO yet. */
export const MAX_UNGREETED_TUNNELS = 64;

/** Exporters that left and are remembered, so that their clients hear "no page" and not "wrong passphrase". */
export const MAX_DEPARTED = 256;

/** Credentials of those that are remembered with them: 16 for each of those, or all that 32 of them may have. */
export const MAX_DEPARTED_CREDENTIALS = 4096;

/** 60 s after a page went without being stopped it counts as on its way back: a reload takes seconds, a restart of the browser a minute. */
export const EXPECTED_BACK_MS = 60_000;

/** Characters of an exporter's name inside a close reason: leaves room for the sentence around it. */
export const MAX_NAME_IN_REASON = 24;

// --- tunnels of clients

/** Tunnels of clients in all, each with a right passphrase and up to 2 MiB kept: four colleagues' pages open for each of 32 boards. */
export const MAX_CLIENT_TUNNELS = 128;

/** Streams of one such tunnel at once: a page has one for each console it shows, one to watch, and some calls. */
export const MAX_CLIENT_STREAMS = 128;

/** 256 KiB held for each of those until the exporter takes it: as much as of an HTTP/2 stream. */
export const CLIENT_STREAM_WINDOW_BYTES = 256 * 1024;

/** Calls that such a client has given up at once, and per second: as over HTTP/2, where one that does it faster is cut off as well. */
export const CLIENT_RESET_BURST = 10_000;
export const CLIENT_RESETS_PER_SECOND = 1000;

/** 1 MiB on its way to a client is enough for any line; a larger window of its would make the relay keep more. */
export const CLIENT_WINDOW_BYTES = 1024 * 1024;

/** 2 MiB kept for a client that is away, or does not read: twice the window above. */
export const CLIENT_REPLAY_BYTES = 2 * CLIENT_WINDOW_BYTES;

// --- files by URL

/** Transfers at once that the relay does for one exporter: a flash is one, and nobody flashes eight boards from one page. */
export const MAX_FETCHES_PER_EXPORTER = 8;

/** Transfers at once in all: each holds a connection, and some 300 KiB on its way. */
export const MAX_FETCHES = 64;

/** 8 KiB of URL: what servers take; a presigned one has 1 KiB. */
export const MAX_FETCH_URL_BYTES = 8 * 1024;

/** Redirects of one transfer, as with Jumpstarter's own exporter. */
export const MAX_FETCH_REDIRECTS = 10;

/** 7200 s for a whole transfer, redirects and a slow chip included: what Jumpstarter's own exporter gives it. */
export const FETCH_TOTAL_MS = 7_200_000;

/** 15 s to look a name up, to connect and to shake hands in TLS: three lost packets in a row. */
export const FETCH_CONNECT_MS = 15_000;

/** 60 s for a server to begin its answer once it has the request, also to a file that it first has to store. */
export const FETCH_ANSWER_MS = 60_000;

/** 60 s without a byte from a server that owes some, or without one taken by it. A page that reads slowly does not count. */
export const FETCH_SILENCE_MS = 60_000;

/** Names that are looked up at once: each takes one of Node's four threads, and the page's files need some too. */
export const MAX_FETCH_LOOKUPS = 2;

/** Ports below this are for services that are mostly not HTTP: of those the relay speaks to 80 and 443 alone, unless it is told otherwise. */
export const FIRST_OPEN_FETCH_PORT = 1024;

// --- the page

/** 2 s after the relay's start: pages of one that was restarted dial again at least once a second, and their clients wait so long. */
export const RETURNING_MS = 2_000;

/** 20 s that a client waits for a browser that still starts (`run`): a cold start on a slow machine. */
export const WAIT_FOR_PAGE_MS = 20_000;

/** 10 s that a call waits for a page that is expected back: a reload takes 1 to 5 s, and a person waits no longer without a word. */
export const PARK_MS = 10_000;

/** 2 s that a GetStatus waits in the same place: a quick reload is not seen, and clients, which give it 5 s, always get an answer. */
export const STATUS_PARK_MS = 2_000;

/** Calls that wait for their pages at once; one shell makes three. */
export const MAX_PARKED_CALLS = 512;

/** 64 MiB that all of them may hold. Each is charged its head and one HTTP/2 stream window, so it is about 250 calls of gRPC. */
export const MAX_PARKED_BYTES = 64 * 1024 * 1024;

/** 32 MiB of those for the calls of one address: half, so that there is room for the others. */
export const MAX_PARKED_ADDRESS_BYTES = 32 * 1024 * 1024;

/** 250 ms between looks whether a tunnel that took no call takes some now: nothing tells when a connection has caught up. */
export const PARK_LOOK_AGAIN_MS = 250;

/** 1 MiB of configuration file: a large bench has 20 KiB. */
export const MAX_BENCH_BYTES = 1024 * 1024;

/** Addresses of its machine that a relay names to its page: more than a person wants to choose from. */
export const MAX_TOLD_ADDRESSES = 8;

/** Pages that wait to be told of the relay's end (`run`): its own one, the one that it has just reloaded, and some that a person opened. */
export const MAX_END_WAITERS = 8;

/** 64 KiB of a hook's script in a file of its own: a long one has 10. There are at most two. */
export const MAX_HOOK_FILE_BYTES = 64 * 1024;

/** 8 KiB of Access-Control-Request-Headers echoed to a browser. */
export const MAX_CORS_HEADERS_BYTES = 8 * 1024;

// --- the end

/** 8 s for running calls to end by themselves. With the grace below it stays under the 10 s that service managers give. */
export const DRAIN_MS = 8_000;

/** 3 s in its place with `run`: its page then gets the rest of 7 s for its afterLease hook (relay/run/limits.ts), and its browser 3 s to end. */
export const UNATTENDED_DRAIN_MS = 3_000;

/** 1.5 s for clients to take their last status and close; then connections are cut. */
export const SHUTDOWN_GRACE_MS = 1_500;

/** 500 ms: signals that come closer together are one Ctrl-C; nobody presses it twice so fast. */
export const SAME_SIGNAL_MS = 500;

/** 100 ms in its place when somebody asked twice: on one machine a status is taken in one. */
export const HURRIED_GRACE_MS = 100;

/** 3 s: how long what a client sent before it went away may wait for a window. The page's device is free 5 s after a client died. */
export const DELIVER_AFTER_LEAVE_MS = 3000;
