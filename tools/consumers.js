// @ts-check
// Why this exists: inside the workspace everything resolves, whatever package.json says. This packs the packages,
// unpacks them in an empty folder outside the repository, and uses them as their users do: from ESM and from CommonJS,
// in JavaScript and in TypeScript, with no peer installed, and from Nest with its peer; attestkit without the testing kit;
// and from Jest, set up as docs/frameworks.md says; the gateway as a command, with nothing but its own dependencies. The subpaths are read from "exports", so none is forgotten; it fails when there are none.
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { installOwn } from './own-install.js';

const root = resolve(import.meta.dirname, '..');
/** @param {string} folder */
const read = (folder) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
/** @param {{ name: string, exports: object }} of */
const specifiersOf = (of) => Object.keys(of.exports).map((path) => path.replace('.', of.name));
const manifest = read('packages/attestkit');
const kit = read('packages/testing');
const client = read('packages/client');
const gateway = read('packages/gateway');
const specifiers = [manifest, kit, client].flatMap(specifiersOf);
const modules = specifiers.filter((specifier) => !specifier.endsWith('.json'));
/** Of the packages that attestkit does without. */
const ofOthers = modules.filter((specifier) => !`${specifier}/`.startsWith(`${manifest.name}/`));
const peer = '@nestjs/common'; // the one peer that is imported at run time, by one subpath
const withPeer = `${manifest.name}/nest`;
const withoutPeer = modules.filter((specifier) => specifier !== withPeer);
if (ofOthers.length === 0 || withoutPeer.length === ofOthers.length)
  throw new Error('a package exports no module');

const home = mkdtempSync(join(tmpdir(), 'attestkit-consumers-'));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));
for (const folder of ['packages/attestkit', 'packages/testing', 'packages/client', 'packages/gateway'])
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', home], {
    cwd: join(root, folder),
  });

/** A folder with the packages unpacked in it and others linked from the repository, or from a project in it.
 * @param {string} name @param {Record<string, string>} files @param {string[]} linked @param {{ name: string, version: string }[]} packed @param {string} from */
function consumer(name, files, linked = [], packed = [manifest, kit, client], from = root) {
  const folder = join(home, name);
  for (const { name: own, version } of packed) {
    const unpacked = join(folder, 'node_modules', own);
    mkdirSync(unpacked, { recursive: true });
    execFileSync('tar', [
      '-xzf',
      join(home, `${own}-${version}.tgz`),
      '-C',
      unpacked,
      '--strip-components=1',
    ]);
  }
  for (const dependency of linked) {
    mkdirSync(dirname(join(folder, 'node_modules', dependency)), { recursive: true });
    symlinkSync(join(from, 'node_modules', dependency), join(folder, 'node_modules', dependency));
  }
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return folder;
}

/** @param {string} title @param {string} folder @param {string[]} command @param {RegExp} [failure] expected instead of success */
function expect(title, folder, command, failure) {
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: folder, encoding: 'utf8' });
  const held = failure ? status !== 0 && failure.test(stderr) : status === 0;
  console.log(`${held ? 'ok  ' : 'FAIL'} ${title}`);
  if (held) return;
  console.error(stdout, stderr);
  process.exitCode = 1;
}

const tsc = [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'];
/** @param {'esm' | 'commonjs'} type @param {string} module @param {object} [more] */
const settings = (type, module, more) => ({
  'package.json': JSON.stringify({ type: type === 'esm' ? 'module' : 'commonjs' }),
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      module,
      target: 'es2022',
      lib: ['es2022'],
      types: ['node'],
      resolveJsonModule: true,
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
      ...more,
    },
  }),
});

/** Types to augment: at run time there is nothing in it. */
const TYPES_ALONE = 'attestkit/attestation';
const nonEmpty = `if (Object.keys(loaded).length === 0 && specifier !== '${TYPES_ALONE}') throw new Error(specifier + ' exports nothing');`;
const plain = consumer('plain', {
  'load.mjs': `for (const specifier of ${JSON.stringify(withoutPeer)}) {
    const loaded = await import(specifier); ${nonEmpty} }
    await import('${manifest.name}/package.json', { with: { type: 'json' } });`,
  'load.cjs': `for (const specifier of ${JSON.stringify(specifiers.filter((name) => name !== withPeer))}) {
    const loaded = require(specifier); ${nonEmpty} }`,
  'nest.mjs': `import '${withPeer}';`,
  'nest.cjs': `require('${withPeer}');`,
});
expect(`ESM imports ${withoutPeer.length} subpaths, no peer installed`, plain, ['load.mjs']);
expect(`CommonJS requires ${withoutPeer.length} subpaths, no peer installed`, plain, ['load.cjs']);
const named = new RegExp(`Cannot find (package|module) '${peer}'`);
expect(`ESM import of ${withPeer} without its peer names ${peer}`, plain, ['nest.mjs'], named);
expect(`CommonJS require of ${withPeer} without its peer names ${peer}`, plain, ['nest.cjs'], named);

const alone = withoutPeer.filter((specifier) => !ofOthers.includes(specifier));
const production = consumer(
  'production',
  { 'load.mjs': `for (const specifier of ${JSON.stringify(alone)}) await import(specifier);` },
  [],
  [manifest],
);
expect(`ESM imports ${alone.length} subpaths, no testing kit installed`, production, ['load.mjs']);
const command = join('node_modules', manifest.name, manifest.bin.attestkit);
const secret = Buffer.alloc(32).toString('base64');
expect('attestkit token, no testing kit installed', production, [command, 'token', '--secret', secret]);

const imports = modules.map((specifier, at) => `import * as m${at} from '${specifier}';`).join('\n');
const uses = `export const all: object[] = [${modules.map((_, at) => `m${at}`).join(', ')}];`;
const json = `import manifest from '${manifest.name}/package.json' with { type: 'json' };\nexport const { version } = manifest;`;
const required = specifiers.map(
  (specifier, at) => `import r${at} = require('${specifier}');\nexport const e${at}: object = r${at};`,
);
for (const module of ['nodenext', 'node20']) {
  const esm = { 'index.ts': [imports, uses, json].join('\n'), ...settings('esm', module) };
  expect(
    `TypeScript, ESM, ${module}: ${modules.length} subpaths, no peer`,
    consumer(`esm-${module}`, esm, ['@types/node']),
    tsc,
  );
  const cjs = { 'index.ts': [imports, uses, ...required].join('\n'), ...settings('commonjs', module) };
  expect(
    `TypeScript, CommonJS, ${module}: ${modules.length} subpaths, no peer`,
    consumer(`cjs-${module}`, cjs, ['@types/node']),
    tsc,
  );
}

const nestPackages = ['@nestjs/common', '@nestjs/core', 'reflect-metadata', 'rxjs'];
const nestCode = `import 'reflect-metadata';
import { Module } from '@nestjs/common';
import * as nest from '${withPeer}';
@Module({})
export class AppModule {}
export const all: object = nest;`;
const nest = consumer(
  'nest',
  {
    'index.ts': nestCode,
    'load.mjs': `const loaded = await import('${withPeer}'); const specifier = '${withPeer}'; ${nonEmpty}`,
    ...settings('esm', 'nodenext', {
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      skipLibCheck: true,
    }),
  },
  ['@types/node', ...nestPackages],
);
expect(`Nest, TypeScript, ESM, ${peer} installed`, nest, tsc);
expect(`Nest loads ${withPeer} with ${peer} installed`, nest, ['load.mjs']);

const gatewayFiles = {
  'load.mjs': `import { loadConfig, startGateway } from '${gateway.name}';
    const text = 'traffic: { listen: 127.0.0.1:0 }\\nupstreams: { api: http://127.0.0.1:9 }\\nevidence: { approov: { secretBase64: "\${SECRET}" } }\\ndefault: {}';
    const started = await startGateway(loadConfig('gateway.yaml', text, { SECRET: '${randomBytes(32).toString('base64')}' }));
    if ((await fetch(started.trafficUrl)).status !== 401) throw new Error('not refused');
    await started.close();`,
  'index.ts': `import { loadConfig, startGateway, type Gateway } from '${gateway.name}';
    export const start = (text: string): Promise<Gateway> => startGateway(loadConfig('gateway.yaml', text, process.env));`,
  ...settings('esm', 'nodenext', {}),
};
const ofGateway = Object.keys(gateway.dependencies).filter((name) => name !== manifest.name);
const gatewayHome = consumer('gateway', gatewayFiles, ['@types/node', ...ofGateway], [manifest, gateway]);
const gatewayCommand = join('node_modules', gateway.name, gateway.bin[gateway.name]);
expect('attestkit-gateway starts, and refuses', gatewayHome, ['load.mjs']);
expect('attestkit-gateway, TypeScript, ESM', gatewayHome, tsc);
expect('attestkit-gateway init writes a configuration', gatewayHome, [gatewayCommand, 'init', 'own.yaml']);
const unset = /needs the variable [A-Z0-9_]+, which is not set/;
expect(
  'attestkit-gateway check-config names what it needs',
  gatewayHome,
  [gatewayCommand, 'check-config', 'own.yaml'],
  unset,
);

const jestFolder = join(root, 'tools/jest');
installOwn(jestFolder);
/** The settings of Jest on the page, by how they export them. @param {string} form */
function jestSettings(form) {
  const blocks = readFileSync(join(root, 'docs/frameworks.md'), 'utf8').split(/^```.*$/m);
  const found = blocks.find((block) => block.includes('// jest.config.js') && block.includes(form));
  if (found === undefined) throw new Error(`docs/frameworks.md has no settings of Jest with ${form}`);
  return found;
}
const jestTest = `test('a genuine token is accepted, and an expired one is not', async () => {
  const secretBase64 = crypto.getRandomValues(Buffer.alloc(64)).toString('base64');
  const guard = createGuard({ evidence: [approov({ secretBase64 })] });
  const outcome = async (token) =>
    (await guard.check({ method: 'GET', target: '/', fields: () => [token] })).outcome;
  expect(await outcome(mintApproovToken({ secretBase64 }))).toBe('accept');
  expect(await outcome(mintApproovToken({ secretBase64, defect: 'expired' }))).toBe('refuse');
});`;
const clientTest = `test('a client enrolls a fake phone, and signs', async () => {
  const apple = createVirtualApple();
  const appId = 'TEAMID1234.com.example.app';
  const audience = 'https://api.example.com';
  const guard = createGuard({
    devices: devices({
      evidence: [appAttest({ appIds: [appId], roots: [apple.attestationRoot, apple.receiptRoot] })],
      secret: Buffer.from(crypto.getRandomValues(new Uint8Array(48))).toString('base64'),
      store: memoryStore(),
      audience,
      limiter: () => true,
    }),
  });
  const endpoints = deviceEndpoints(guard, { address: () => '192.0.2.1' });
  const transfers = protect(guard, () => Response.json({ done: true }), { signedRequest: true });
  const client = createClient({
    baseUrl: audience,
    audience,
    attester: expoAppAttest(fakeExpoAppAttest(apple.createIPhone({ appId }))),
    storage: memoryStorage(),
    fetch: async (url, init) => {
      const request = new Request(url, init);
      return (await endpoints(request)) ?? (await transfers(request));
    },
  });
  const response = await client.fetch('/transfers', { method: 'POST', body: '{}', signed: true });
  expect(await response.json()).toEqual({ done: true });
});`;
const jestImports = [
  ['createGuard', manifest.name],
  ['approov', `${manifest.name}/approov`],
  ['mintApproovToken', kit.name],
  ['createVirtualApple', kit.name],
  ['appAttest', `${manifest.name}/app-attest`],
  ['devices', `${manifest.name}/devices`],
  ['memoryStore', `${manifest.name}/stores/memory`],
  ['deviceEndpoints', `${manifest.name}/web`],
  ['protect', `${manifest.name}/web`],
  ['createClient', client.name],
  ['expoAppAttest', `${client.name}/expo`],
  ['fakeExpoAppAttest', `${client.name}/testing`],
  ['memoryStorage', `${client.name}/testing`],
];
const jestProjects = {
  module: {
    form: 'export default',
    load: jestImports.map(([name, from]) => `import { ${name} } from '${from}';`),
    flags: ['--experimental-vm-modules', '--no-warnings'],
  },
  commonjs: {
    form: 'module.exports',
    load: jestImports.map(([name, from]) => `const { ${name} } = require('${from}');`),
    flags: [],
  },
};
for (const [type, { form, load, flags }] of Object.entries(jestProjects)) {
  const files = {
    'package.json': JSON.stringify({ type }),
    'jest.config.js': jestSettings(form),
    'guard.test.js': [...load, jestTest].join('\n'),
    'client.test.js': [...load, clientTest].join('\n'),
  };
  const linked = type === 'commonjs' ? ['@swc/jest'] : [];
  const folder = consumer(`jest-${type}`, files, linked, [manifest, kit, client], jestFolder);
  const jest = join(jestFolder, 'node_modules/jest/bin/jest.js');
  expect(`Jest, ${type}, as docs/frameworks.md sets it up`, folder, [...flags, jest, '--ci']);
}
