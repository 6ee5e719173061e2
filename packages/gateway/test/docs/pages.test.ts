import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { HELP } from '../../src/command/help.js';
import { CASES } from '../proxies/support/cases.js';
import { FAULTS } from '../proxies/support/stand-ins.js';
import { command, ENV, written } from '../command/support/command.js';

const PAGES = ['docs/gateway.md', 'docs/gateway-proxies.md', 'packages/gateway/README.md'];

/** The blocks of a page that are marked so. */
function blocks(page: string, mark: string): readonly string[] {
  const text = readFileSync(new URL(`../../../../${page}`, import.meta.url), 'utf8');
  return [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].flatMap(([, found, block = '']) =>
    found === mark ? [block] : [],
  );
}

describe.each(PAGES)('%s', (page) => {
  // Parts of a configuration, completed by what each needs.
  const whole = {
    traffic: { listen: '127.0.0.1:8080' },
    upstreams: { api: 'http://127.0.0.1:8000' },
    evidence: { approov: { secretBase64: '${APPROOV_BASE64_SECRET}' } },
    devices: {
      audience: 'https://api.example.com',
      secret: '${JWT_SECRET}',
      evidence: { appAttest: { appIds: ['TEAMID1234.com.example.app'] } },
    },
    accept: ['approov'],
    default: {},
  };

  it('has configurations that are valid', async () => {
    const found = blocks(page, 'yaml');
    expect(found.length).toBeGreaterThan(0);
    for (const block of found) {
      const given = parse(block) as object;
      const settings = 'evidence' in given ? given : { ...whole, ...given };
      // The page's file is not here.
      const text = JSON.stringify(settings).replace('${file:/etc/attestkit/result-key.pem}', '${RESULT_KEY}');
      const { status, err } = await command(['check-config', written(text)], { ...ENV, RESULT_KEY });
      expect([block, status, err]).toEqual([block, 0, '']);
    }
  });

  it('has commands that exist, with options that exist', async () => {
    const lines = [...blocks(page, 'sh illustrative')]
      .join('')
      .matchAll(/(?:^|npx )attestkit-gateway (.+?)(?: [#&>].*)?$/gm);
    const commands = [...lines].map(([, rest = '']) => rest.trim());
    expect(commands.length).toBeGreaterThan(0);
    for (const line of commands) {
      const [first = ''] = line.split(' ');
      const options = [...line.matchAll(/--[a-z]+/g)].map(([option]) => option);
      const help = first.startsWith('--') ? HELP['attestkit-gateway'] : HELP[first as keyof typeof HELP];
      if (first === 'help') continue;
      expect([line, help]).toEqual([line, expect.any(String)]);
      for (const option of options) expect([line, help]).toEqual([line, expect.stringContaining(option)]);
    }
  });
});

const RESULT_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2
OF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r
1RTwjmYSi9R/zpBnuQ4EiMnCqfMPWiZqB4QdbAd0E7oH50VpuZ1P087G
-----END PRIVATE KEY-----
`;

it('docs/gateway-proxies.md counts the tests as they are', () => {
  const text = readFileSync(
    new URL('../../../../docs/gateway-proxies.md', import.meta.url),
    'utf8',
  ).replaceAll('\n', ' ');
  expect(text).toContain(`${CASES.length} requests that are odd in some way`);
  expect(text).toContain(`${Object.keys(FAULTS).length} ways in which the gateway can fail to answer`);
});
