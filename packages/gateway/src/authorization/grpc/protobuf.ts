// As much of the protocol buffers encoding as two messages need, read strictly: bytes that two readers may take for two messages are refused.

/** Bytes that are not the message that was expected. */
export class ProtobufError extends Error {}

type Wire = 'varint' | 'bytes' | 'fixed';

interface Field {
  readonly number: number;
  readonly wire: Wire;
  /** Of `bytes`. */
  readonly bytes: Buffer;
}

/** One message: its fields in their order. Fields that are not asked for are ignored. */
export class Message {
  readonly #fields: readonly Field[];

  /** @throws ProtobufError */
  constructor(bytes: Buffer) {
    this.#fields = fieldsOf(bytes);
  }

  /** All values of a repeated field. @throws ProtobufError */
  all(number: number): readonly Buffer[] {
    return this.#of(number).map(({ bytes }) => bytes);
  }

  /**
   * The value of a field; undefined if it is absent. Readers take the last of two, or merge them: it has to stand once.
   *
   * @throws ProtobufError
   */
  one(number: number): Buffer | undefined {
    const found = this.#of(number);
    if (found.length > 1) throw new ProtobufError('a field that comes twice');
    return found[0]?.bytes;
  }

  /** A field that is a message; undefined if it is absent. @throws ProtobufError */
  message(number: number): Message | undefined {
    const bytes = this.one(number);
    return bytes && new Message(bytes);
  }

  /** The bytes of a text as latin-1 code units; empty if it is absent. @throws ProtobufError */
  text(number: number): string {
    return this.one(number)?.toString('latin1') ?? '';
  }

  #of(number: number): readonly Field[] {
    const found = this.#fields.filter((field) => field.number === number);
    if (found.some(({ wire }) => wire !== 'bytes')) throw new ProtobufError('a field of another type');
    return found;
  }
}

function fieldsOf(bytes: Buffer): readonly Field[] {
  const fields: Field[] = [];
  const reader = new Reader(bytes);
  while (!reader.isAtEnd) {
    const tag = reader.varint(MOST_TAG);
    const number = Math.floor(tag / 8);
    if (number === 0) throw new ProtobufError('a field with the number 0');
    fields.push({ number, ...reader.value(tag % 8) });
  }
  return fields;
}

const MOST_TAG = 0xffff_ffff;
const NOTHING = Buffer.alloc(0);

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** A number in as few bytes as it has: the same one in more is refused. */
  varint(most: number): number {
    let value = 0;
    for (let count = 0; ; count += 1) {
      const byte = this.#take(1)[0] as number;
      value += (byte & 0x7f) * 2 ** (7 * count);
      if (value > most) throw new ProtobufError('a number that is too large');
      if (byte >= 0x80) continue;
      if (byte === 0 && count > 0) throw new ProtobufError('a number in more bytes than it has');
      return value;
    }
  }

  value(type: number): Omit<Field, 'number'> {
    switch (type) {
      case 0:
        this.#skipVarint();
        return { wire: 'varint', bytes: NOTHING };
      case 1:
        return { wire: 'fixed', bytes: this.#take(8) };
      case 2:
        return { wire: 'bytes', bytes: this.#take(this.varint(this.#bytes.length)) };
      case 5:
        return { wire: 'fixed', bytes: this.#take(4) };
      default:
        throw new ProtobufError('a field of an unknown type');
    }
  }

  /** Of 64 bits at most, which nothing here reads. */
  #skipVarint(): void {
    for (let count = 0; count < 10; count += 1) if ((this.#take(1)[0] as number) < 0x80) return;
    throw new ProtobufError('a number that is too large');
  }

  #take(count: number): Buffer {
    const end = this.#at + count;
    if (end > this.#bytes.length) throw new ProtobufError('a message that ends too early');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}

/** A field with a number as its value. */
export function numberField(number: number, value: number): Buffer {
  return Buffer.concat([varint(number * 8), varint(value)]);
}

/** A field with bytes, a text or a message as its value. */
export function bytesField(number: number, value: Buffer | string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}
