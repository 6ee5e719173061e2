import type { Causes, CodeOf } from './cause.js';

const LATER = 'App author: repeat after `Retry-After`.';

/** The codes that arise on the server alone: nothing, or nothing yet, is known about the evidence. */
export const SERVER_CAUSES: Causes<CodeOf<'stores' | 'net' | 'guard' | 'endpoints'>> = {
  ERR_STORE_BUSY: [
    'The store is slow, so that more than `maxInFlight` operations wait for it; with SQLite, another process holds the lock for long.',
    `Operator: look at the load and the latency of the database. Raise \`maxInFlight\` only if the database has room. ${LATER}`,
  ],
  ERR_STORE_TIMEOUT: [
    'The database or the network to it is slow: an operation took longer than `timeoutMs`.',
    `Operator: look at the latency of the database; place it near the server; raise \`timeoutMs\` (2000 by default). ${LATER}`,
  ],
  ERR_STORE_FULL: [
    'Redis reached `maxmemory`, the disk is full, or the memory store reached its `capacity`.',
    `Operator: give the store more memory or disk. Do not let Redis evict keys: used challenges and counters must not be lost. ${LATER}`,
  ],
  ERR_STORE_UNAVAILABLE: [
    'The database is down, restarts, or refuses the connection; its password or its tables may be wrong after a deployment.',
    `Operator: look at \`guard.health()\` and at the driver’s code in the \`cause\` (\`ECONNREFUSED\`), and run \`store.check()\` at the start. ${LATER}`,
  ],
  ERR_JWKS_UNAVAILABLE: [
    'The server cannot reach the URL of the key set (firewall, proxy, DNS), or its answer is not a key set.',
    `Operator: fetch the URL from the server by hand. Allow https to its host, or give \`remoteJwks\` a \`fetch\` that uses your proxy. ${LATER}`,
  ],
  ERR_REVOCATIONS_UNAVAILABLE: [
    'The server cannot reach Google’s list (firewall, proxy, DNS), and the one it has is older than `maxStaleSeconds`.',
    `Operator: allow https to \`android.googleapis.com\`, or keep a copy with \`storedRevocations\` and renew it. ${LATER}`,
  ],
  ERR_GUARD_INTERNAL: [
    'A function that the application passed to the guard threw an error, an adapter was used with another framework’s request, or attestkit has a bug.',
    'Operator: look at the `cause` in the event. If it is not in your own code, report it with its stack trace.',
  ],
  ERR_GUARD_BODY_UNAVAILABLE: [
    'A body parser read the request before the guard, or a platform (such as cloud functions) passes a parsed body.',
    'Operator: mount the guard before the body parser, or give the parser the hook `rawBody`.',
  ],
  ERR_GUARD_BODY_TOO_LARGE: [
    'The app sent a large signed body, such as a photo, and `maxBodyBytes` is 1 MiB by default.',
    'Operator: raise `maxBodyBytes` on this route. App author: or sign a hash of the file, and upload the file to another route.',
  ],
  ERR_GUARD_BODY_UNREADABLE: [
    'The phone lost its network, or the user closed the app during the upload.',
    'App author: sign and send the request again. Operator: nothing to repair if it is rare.',
  ],
  ERR_ENROLLMENT_PURPOSE_UNKNOWN: [
    'The app misspelled the parameter `purpose`.',
    'App author: send `purpose=assert` or `purpose=request`, or leave it out for `attest`.',
  ],
  ERR_ENROLLMENT_MEDIA_TYPE_UNSUPPORTED: [
    'The app did not set `Content-Type`, sent a form, or its HTTP client compresses bodies.',
    'App author: set `Content-Type: application/json`, and switch compression off for these requests.',
  ],
  ERR_ENROLLMENT_BODY_TOO_LARGE: [
    'The app encoded the evidence twice, or sent other data along: a body may have 64 KiB.',
    'App author: send the members that the page about enrollment lists, each encoded once.',
  ],
  ERR_ENROLLMENT_BODY_MALFORMED: [
    'The app sent a list, text, two objects, or a member twice; or a body parser changed the body.',
    'App author: send one JSON object in UTF-8. Operator: mount the endpoints before the body parser.',
  ],
  ERR_ENDPOINT_LIMIT: [
    'The app retries without a pause, many phones share one address, or the address of a proxy is taken for that of the clients.',
    'Operator: let the framework trust your proxy; raise `limits.addressPerMinute` or `limits.devicePerMinute`. App author: wait for `Retry-After`, with jitter.',
  ],
  ERR_ENDPOINT_MEMBERS_TOO_LARGE: [
    'Not sent by an honest app: a body may have 64 members, and no endpoint needs more than ten.',
    'App author: send the members of the endpoint alone. Operator: nothing to repair.',
  ],
  ERR_ENDPOINT_LIMITER_FAILED: [
    'The function `limiter` of the application threw an error, or did not return a boolean.',
    'Operator: look at the `cause` in the event, and correct `limiter`: it returns true to accept, false to answer 429.',
  ],
  ERR_ENDPOINT_TIMEOUT: [
    'A hook (`subject`, `authorizeEnrollment`, `limiter`), a signer or a store took longer than 30 seconds.',
    `Operator: give your hooks and clients deadlines of their own, of a few seconds. ${LATER}`,
  ],
  ERR_ENDPOINT_BUSY: [
    'More than 64 enrollments, or 64 other requests, are under way in this process: a launch, or a slow store.',
    `Operator: run more instances, and look at the latency of the store. ${LATER}`,
  ],
};
