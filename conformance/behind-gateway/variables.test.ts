import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { environmentOf } from './phone.js';
import { EXAMPLE, hasPython, PYTHON } from './processes.js';

// An API that verifies tokens does not start without its variables; one that reads header fields needs none.

const USES = {
  fastapi: (name: string) => `from attested_fastapi import ${name}`,
  flask: (name: string) => `from attested_flask import ${name}\n@${name}\ndef view(): pass`,
};
const SENTENCE =
  'RuntimeError: Set ATTEST_KEYS, ATTEST_ISSUER and ATTEST_AUDIENCE (the name of the upstream), or use attested_by_headers\n';

describe.skipIf(!hasPython).each(Object.entries(USES))('%s', (_, use) => {
  function start(name: string, environment: Readonly<Record<string, string | undefined>>) {
    const env = { PYTHONDONTWRITEBYTECODE: '1', ...environment };
    const options = { cwd: join(EXAMPLE, 'python'), env, encoding: 'utf8' } as const;
    const { status, stderr } = spawnSync(PYTHON, ['-c', use(name)], options);
    return [status, stderr];
  }

  it('starts with headers alone', () => {
    expect(start('attested_by_headers', { ATTEST_GATEWAYS: '127.0.0.1' })).toEqual([0, '']);
  });

  it('starts with all three variables, and without one says which are needed', () => {
    const all = environmentOf(1);
    expect(start('attested', all)).toEqual([0, '']);
    for (const name of Object.keys(all))
      expect(start('attested', { ...all, [name]: undefined })).toEqual([
        1,
        expect.stringContaining(SENTENCE),
      ]);
  });
});
