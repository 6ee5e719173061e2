import {
  type Client,
  credentials,
  makeGenericClientConstructor,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';

// Messages of Envoy's `Authorization` service, written and read here for themselves: by no code of the gateway.

type Field = readonly [number: number, value: string | Uint8Array | number];

/** A message as bytes, of its fields: number and value. A field that is a message has its bytes. */
export function message(...fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.map(([number, value]) => {
      if (typeof value === 'number') return Buffer.from([...varint(number << 3), ...varint(value)]);
      const bytes = Buffer.from(value as string);
      return Buffer.concat([Buffer.from([...varint((number << 3) | 2), ...varint(bytes.length)]), bytes]);
    }),
  );
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}

/** What Envoy asks, with `encode_raw_headers` unless `joined` is set. */
export interface Check {
  readonly id?: string;
  readonly method?: string;
  readonly path?: string;
  readonly host?: string;
  readonly headers?: readonly (readonly [name: string, value: string | Uint8Array])[];
  readonly joined?: boolean;
  readonly source?: string;
  readonly body?: string;
  readonly rawBody?: Uint8Array;
  /** Further fields of the HTTP request, and of its `header_map`. */
  readonly more?: readonly Field[];
  readonly entries?: readonly Buffer[];
}

export function checkRequest(check: Check = {}): Buffer {
  const { id = '13359530607844510314', method = 'GET', path = '/v1/x', host = 'api.example.com' } = check;
  const { headers = [], joined = false, source = '203.0.113.7', body, rawBody } = check;
  const pseudo = [
    [':authority', host],
    [':method', method],
    [':path', path],
    [':scheme', 'https'],
  ] as const;
  const pairs = [...pseudo, ...headers];
  const raw = pairs.map(([name, value]) => message([1, name], [3, value]));
  const map = message(...[...raw, ...(check.entries ?? [])].map((entry): Field => [1, entry]));
  const lines = pairs.map(([name, value]): Field => [3, message([1, name], [2, value])]);
  const http = message(
    [1, id],
    [2, method],
    ...(joined ? lines : [[13, map] as const]),
    [4, path],
    [5, host],
    [6, 'https'],
    [10, 'HTTP/1.1'],
    ...(body === undefined ? [] : [[11, body] as const]),
    ...(rawBody === undefined ? [] : [[12, rawBody] as const]),
    ...(check.more ?? []),
  );
  const peer = message([1, message([1, message([2, source], [3, 51_234])])]);
  const request = message([1, message([1, 1_764_446_400])], [2, http]);
  const extension = message([1, 'virtual_host'], [2, 'local']);
  return message([1, message([1, peer], [4, request], [10, extension])]);
}

/** What Envoy makes of an answer. */
export interface CheckAnswer {
  /** 0: it lets the request pass. */
  readonly code: number;
  /** Of a refusal. */
  readonly status: number | undefined;
  readonly body: string | undefined;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Whether each header says that it replaces the one of the client. */
  readonly replaces: boolean;
  readonly removed: readonly string[];
}

type Fields = ReadonlyMap<number, readonly (number | Buffer)[]>;

function fieldsOf(bytes: Buffer): Fields {
  const fields = new Map<number, (number | Buffer)[]>();
  let at = 0;
  const next = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] as number;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = next();
    const number = next();
    const isBytes = (tag & 7) === 2;
    const value = isBytes ? bytes.subarray(at, at + number) : number;
    if (isBytes) at += number;
    fields.set(tag >>> 3, [...(fields.get(tag >>> 3) ?? []), value]);
  }
  return fields;
}

export function readCheckAnswer(bytes: Buffer): CheckAnswer {
  const answer = fieldsOf(bytes);
  const [denied, ok] = [2, 3].map((number) => answer.get(number)?.[0] as Buffer | undefined);
  if ((denied === undefined) === (ok === undefined)) throw new Error('neither yes nor no');
  const inner = fieldsOf(denied ?? (ok as Buffer));
  const options = (inner.get(2) ?? []).map((option) => fieldsOf(option as Buffer));
  return {
    code: Number(fieldsOf(answer.get(1)?.[0] as Buffer).get(1)?.[0] ?? 0),
    status: denied && Number(fieldsOf(inner.get(1)?.[0] as Buffer).get(1)?.[0]),
    body: denied && String(inner.get(3)?.[0] ?? ''),
    headers: options.map((option) => {
      const pair = fieldsOf(option.get(1)?.[0] as Buffer);
      return [String(pair.get(1)?.[0]), String(pair.get(2)?.[0] ?? '')] as const;
    }),
    replaces: options.every((option) => (option.get(2)?.[0] as Buffer | undefined)?.length === 0),
    removed: (inner.get(5) ?? []).map(String),
  };
}

const bytes = { serialize: (value: Buffer) => value, deserialize: (value: Buffer) => value };

/** A client of the service, as gRPC's own library makes it. */
export class CheckClient {
  readonly #client: Client & Record<string, (...given: never[]) => unknown>;

  constructor(url: string, path = '/envoy.service.auth.v3.Authorization/Check') {
    const method = {
      path,
      requestStream: false,
      responseStream: false,
      requestSerialize: bytes.serialize,
      requestDeserialize: bytes.deserialize,
      responseSerialize: bytes.serialize,
      responseDeserialize: bytes.deserialize,
    };
    const Service = makeGenericClientConstructor({ check: method }, 'Authorization');
    const address = url.startsWith('unix:') ? url : new URL(url).host;
    this.#client = new Service(address, credentials.createInsecure()) as never;
  }

  /** Rejects with the error of gRPC: to Envoy, a failure. */
  check(request: Buffer): Promise<CheckAnswer> {
    return new Promise((resolve, reject) => {
      const done = (error: ServiceError | null, answer?: Buffer): void =>
        error === null && answer !== undefined ? resolve(readCheckAnswer(answer)) : reject(error as Error);
      const given = [request, new Metadata(), { deadline: Date.now() + 20_000 }, done];
      this.#client['check']?.(...(given as never[]));
    });
  }

  close(): void {
    this.#client.close();
  }
}
