import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { hasPython, PYTHON } from '../behind-gateway/processes.js';
import { freePort } from '../servers/example-process.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const [, section = ''] = readFileSync(`${root}docs/gateway.md`, 'utf8').split(
  '\n## Five minutes to a protected API\n',
);
const blocks = [...(section.split('\n## ')[0] ?? '').matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)];

/** The blocks of one mark. */
function marked(mark: string): readonly string[] {
  return blocks.flatMap(([, found, text = '']) => (found === mark ? [text] : []));
}

it.runIf(hasPython)(
  'docs/gateway.md: the five minutes work as they are written',
  { timeout: 120_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'attestkit-'));
    const [api, gateway] = [await freePort(), await freePort()];
    const placed = (text: string): string =>
      text.replaceAll('8000', String(api)).replaceAll('8080', String(gateway));
    writeFileSync(join(folder, 'app.py'), marked('python')[0] ?? '');
    writeFileSync(join(folder, 'gateway.yaml'), placed(marked('yaml')[0] ?? ''));
    const commands = placed(marked('sh illustrative').join('\n'))
      .replaceAll('python3 ', `${PYTHON} `)
      .replaceAll('npx attestkit-gateway', `node ${root}packages/gateway/bin/attestkit-gateway.js`)
      .replaceAll('npx attestkit', `node ${root}packages/attestkit/bin/attestkit.js`)
      // Their logs are not looked at here.
      .replaceAll(' &\n', ' >log 2>&1 &\n')
      // Both are started in the background, and take a moment.
      .replaceAll('curl ', 'curl -sS --retry 30 --retry-delay 1 --retry-connrefused ');
    const { NODE_ENV: _, ...env } = process.env;
    const child = spawn('bash', ['-euc', `${commands}\nkill $(jobs -p)`], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
    const [status] = (await once(child, 'close')) as [number];
    rmSync(folder, { recursive: true, force: true });
    expect([status, said]).toEqual([0, said]);
    expect(said).toContain('gateway.yaml is valid.');
    expect(said).toContain('-> default  /*  (approov; enforced)');
    const answers = [...said.matchAll(/HTTP\/1\.1 (\d+) [\s\S]*?\r\n\r\n([^\n]*\})/g)].map(
      ([, code, body]) => [code, body],
    );
    expect(answers).toEqual([
      ['200', '{"status":"up"}'],
      ['401', '{}'],
      ['200', '{"shape":"Circle","checked":"\\"approov\\""}'],
    ]);
  },
);
