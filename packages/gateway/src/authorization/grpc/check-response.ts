import type { Reply } from '../ask.js';
import { bytesField, numberField } from './protobuf.js';

// Numbers of fields, as `envoy/service/auth/v3` gives them.
const CHECK_RESPONSE = { status: 1, deniedResponse: 2, okResponse: 3 } as const;
const STATUS = { code: 1 } as const;
const DENIED = { status: 1, headers: 2, body: 3 } as const;
const OK = { headers: 2, headersToRemove: 5 } as const;
const HTTP_STATUS = { code: 1 } as const;
const OPTION = { header: 1, append: 2 } as const;
const HEADER = { key: 1, value: 2 } as const;

/** Codes of gRPC, for people: Envoy looks whether it is 0. */
const PERMISSION_DENIED = 7;
const UNAUTHENTICATED = 16;

/** Writes a `CheckResponse`. A refusal of any status is a `denied_response`: to Envoy, an error is a failure, which it may be told to overlook. */
export function writeCheck(reply: Reply): Buffer {
  if (reply.outcome === 'accept') {
    const headers: Buffer[] = [];
    for (let at = 0; at < reply.lines.length; at += 2)
      headers.push(header(OK.headers, reply.lines[at] as string, reply.lines[at + 1] as string));
    const removed = reply.removed().map((name) => bytesField(OK.headersToRemove, name));
    return Buffer.concat([
      bytesField(CHECK_RESPONSE.status, ''),
      bytesField(CHECK_RESPONSE.okResponse, Buffer.concat([...headers, ...removed])),
    ]);
  }
  const { status, headers, body } = reply.answer;
  const code = status === 401 ? UNAUTHENTICATED : PERMISSION_DENIED;
  return Buffer.concat([
    bytesField(CHECK_RESPONSE.status, numberField(STATUS.code, code)),
    bytesField(
      CHECK_RESPONSE.deniedResponse,
      Buffer.concat([
        bytesField(DENIED.status, numberField(HTTP_STATUS.code, status)),
        ...Object.entries(headers).map(([name, value]) => header(DENIED.headers, name, value)),
        bytesField(DENIED.body, body),
      ]),
    ),
  ]);
}

/** Replaces what the client sent. Said in full: what Envoy does by default has changed from replacing to appending. */
function header(number: number, name: string, value: string): Buffer {
  const pair = Buffer.concat([bytesField(HEADER.key, name.toLowerCase()), bytesField(HEADER.value, value)]);
  const isFalse = '';
  return bytesField(
    number,
    Buffer.concat([bytesField(OPTION.header, pair), bytesField(OPTION.append, isFalse)]),
  );
}
