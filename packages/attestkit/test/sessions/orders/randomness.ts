import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

/** What gives each actor the same random bytes in every order. */
export interface Randomness {
  /** Every stream begins anew. */
  begin(): void;
  /** From now on bytes are of this stream. */
  use(stream: number): void;
  /** Gives back the real one. */
  restore(): void;
}

/**
 * Puts streams that repeat in the place of `crypto.randomBytes` and `crypto.randomUUID`, for this process: no two
 * draws are equal, and the same draw of a stream always is. Equal orders give equal states then, byte for byte.
 */
export function repeatableRandomness(): Randomness {
  const { randomBytes, randomUUID } = crypto;
  const drawn = new Map<number, number>();
  let current = 0;
  const draw = (size: number): Buffer => {
    const at = (drawn.get(current) ?? 0) + 1;
    drawn.set(current, at);
    const bytes = Buffer.alloc(size, 0x5a);
    const name = Buffer.from(`${current}/${at}/`);
    bytes.set(name.subarray(0, size));
    return bytes;
  };
  const uuid = (): string => {
    const hex = draw(16).toString('hex');
    return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5');
  };
  replace({ randomBytes: draw, randomUUID: uuid });
  return {
    begin: () => drawn.clear(),
    use: (stream) => {
      current = stream;
    },
    restore: () => replace({ randomBytes, randomUUID }),
  };
}

function replace(functions: object): void {
  Object.assign(crypto, functions);
  // What was imported by name sees it too.
  syncBuiltinESMExports();
}
