// @ts-check
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The pages by what their reader wants; one that does not exist is passed over. */
const GROUPS = {
  'Get started': ['README', 'start', 'frameworks', 'testing'],
  'Verify evidence': [
    'approov',
    'app-attest',
    'android',
    'key-attestation',
    'play-integrity',
    'app-check',
    'attester-tokens',
    'development',
  ],
  'Devices and the app': ['enrollment', 'for-the-app', 'signed-requests', 'sessions'],
  'The client': [
    'client',
    'client-attesters',
    'client-errors',
    'client-ladder',
    'client-swift',
    'client-android',
  ],
  'The gateway': [
    'gateway',
    'gateway-python',
    'gateway-proxies',
    'gateway-deploy',
    'gateway-operations',
    'gateway-threat-model',
  ],
  'Run it': ['rollout', 'operations', 'stores', 'events'],
  'Find out why': ['troubleshooting', 'inspect', 'errors', 'steps'],
  'Extend it': ['extend'],
  'Move to attestkit': [
    'migrate/README',
    'migrate/approov-express',
    'migrate/approov-python',
    'migrate/fastapi-app-attest',
    'migrate/node-app-attest',
    'migrate/appattest-checker-node',
    'migrate/firebase-admin',
    'migrate/play-integrity',
  ],
  'Look up': ['options', 'threat-model'],
};

/** What the sidebar says of a page whose own heading is longer. @type {Record<string, string>} */
const SHORT = {
  README: 'All pages',
  'for-the-app': 'For the app: every answer',
  client: 'The client',
  'client-attesters': 'Attesters',
  'client-errors': 'Errors',
  'client-ladder': 'The ladder',
  'client-swift': 'In Swift, for iOS',
  'client-android': 'In Kotlin, for Android',
  gateway: 'The gateway',
  'gateway-python': 'Before FastAPI, Flask, PHP',
  'gateway-proxies': 'Proxies that ask',
  'gateway-deploy': 'Deploy it',
  'gateway-operations': 'Operate it',
  'gateway-threat-model': 'Its threat model',
  steps: 'Step by step',
  'migrate/README': 'Which page',
  rollout: 'Rollout, rotating secrets',
  extend: 'Own evidence, stores, adapters',
  'migrate/approov-express': 'Approov quickstart, Express',
  'migrate/approov-python': 'Approov quickstarts, Python',
  'migrate/fastapi-app-attest': 'FastAPI App Attest extension',
  'migrate/node-app-attest': 'node-app-attest',
  'migrate/appattest-checker-node': 'appattest-checker-node',
  'migrate/firebase-admin': 'firebase-admin',
  'migrate/play-integrity': 'decodeIntegrityToken',
};

/** The first heading of a page. @param {string} root @param {string} file @returns {string | undefined} */
export function titleOf(root, file) {
  const path = join(root, file);
  if (!existsSync(path)) return undefined;
  return /^# (.+)$/m.exec(readFileSync(path, 'utf8'))?.[1]?.replaceAll('`', '');
}

/** @param {string} root @returns {import('vitepress').DefaultTheme.SidebarItem[]} */
export function sidebar(root) {
  const found = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => name.replace(/\.md$/, ''))
    .toSorted();
  /** @param {string} name */
  const item = (name) => ({
    text: SHORT[name] ?? titleOf(root, `docs/${name}.md`) ?? name,
    link: `/docs/${name}`,
  });
  const named = new Set(Object.values(GROUPS).flat());
  const decisions = found.filter((name) => name.startsWith('decisions/'));
  const others = found.filter((name) => !named.has(name) && !decisions.includes(name));
  /** @param {string} text @param {string[]} names @param {boolean} [collapsed] */
  const group = (text, names, collapsed = false) => ({ text, collapsed, items: names.map(item) });
  const collapsed = ['Move to attestkit'];
  return [
    { text: 'Overview', link: '/' },
    ...Object.entries(GROUPS).map(([text, names]) =>
      group(
        text,
        names.filter((name) => found.includes(name)),
        collapsed.includes(text),
      ),
    ),
    group('More pages', others),
    group('Decisions', decisions, true),
  ].filter((each) => !('items' in each) || each.items.length > 0);
}
