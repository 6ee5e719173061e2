// @ts-check
// Why this exists: an editor shows the @example of a function, and people copy it, so each one compiles against the built
// packages. Public names in it are imported; what the reader has (a request, a token, an application) is declared without a
// type below. It fails when it found no example.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileOf, publicNames } from './declarations.js';

/** What apps have installed, and this repository has not. */
const APP_MODULES = '../../tools/app-modules.d.ts';
/** Of this run alone: another one may be under way. */
const FOLDER = `.snippets/examples-${process.pid}`;

/** What examples take from the reader's own program, and from frameworks. */
const READERS =
  `app appId appIds apps assertion attestation audience body chain challenge client clientData clientDataHash decision digest
  decryptionKey deviceId exchange guard handle handler issuer jwks keyId keys level myStore nonce payload pem pool projectNumber publicKey
  receipt refreshToken req request requestHash res response result revocations secretBase64 sent server session sessionId sockets store text
  token url verificationKey api apple appCheck attester bridge google keystore packageName phone play app signingDigests storage transfer
  alert express readFileSync Get Redis createHash createServer DatabaseSync`.split(/\s+/);

/** @type {Readonly<Record<string, string>>} */
const FOLDERS = { 'attestkit-testing': 'packages/testing', 'attestkit-client': 'packages/client' };

/** @param {string} doc @returns {string[]} */
function examplesIn(doc) {
  return [...doc.matchAll(/@example\s*\n?([^]*?)(?=\n\s*\* @[a-z]|\*\/)/g)].map(([, code = '']) =>
    code
      .split('\n')
      .map((line) => line.replace(/^\s*\* ?/, ''))
      .join('\n')
      .trim(),
  );
}

/** @type {Map<string, string>} of each public name the path that it is imported from */
const paths = new Map();
/** @type {{ of: string, path: string, code: string }[]} */
const examples = [];
for (const folder of ['packages/attestkit', 'packages/testing', 'packages/client']) {
  for (const [key, path] of publicNames(folder).declared) {
    const [file = '', name = ''] = key.split(' ');
    if (!paths.has(name)) paths.set(name, path);
    const { doc = '', text = '' } = fileOf(file).declarations.get(name) ?? {};
    for (const code of examplesIn(doc + text)) examples.push({ of: name, path, code });
  }
}

mkdirSync(FOLDER, { recursive: true });
writeFileSync(`${FOLDER}/package.json`, '{ "type": "module" }');
writeFileSync(
  `${FOLDER}/readers.d.ts`,
  [...READERS.map((name) => `declare const ${name}: any;`), 'declare type Attestation = any;\n'].join('\n'),
);
for (const [at, { of, path, code }] of examples.entries()) {
  const used = [...paths].filter(([name]) => new RegExp(`(?<![.\\w'])${name}(?![\\w':])`).test(code));
  const imports = used
    .filter(([name]) => !new RegExp(`import [^;]*\\b${name}\\b`).test(code))
    .map(([name, from]) => `import { ${name} } from '${isExported(path, name) ? path : from}';\n`);
  const body = /^@[A-Z]/.test(code) ? `export class Example {\n${code}\n}` : code;
  writeFileSync(`${FOLDER}/${at}-${of}.ts`, `// ${path} ${of}\n${imports.join('')}${body}\nexport {};\n`);
}

/** @param {string} path @param {string} name whether this path has the name too: protect of Express is not that of Koa */
function isExported(path, name) {
  const folder = FOLDERS[path.split('/')[0] ?? ''] ?? 'packages/attestkit';
  return publicNames(folder).byPath.get(path)?.has(name) ?? false;
}

const compilerOptions = {
  experimentalDecorators: true,
  noPropertyAccessFromIndexSignature: false, // people write process.env.JWT_SECRET
  verbatimModuleSyntax: false,
  noUnusedLocals: false,
  noUnusedParameters: false,
  skipLibCheck: true,
  noEmit: true,
  composite: false,
  incremental: false,
};
writeFileSync(
  `${FOLDER}/tsconfig.json`,
  JSON.stringify({ extends: '../../tsconfig.base.json', compilerOptions, include: ['*.ts', APP_MODULES] }),
);
const { status, stdout } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', FOLDER], {
  encoding: 'utf8',
});
console.log(`examples: ${examples.length} compiled`);
if (status !== 0 || examples.length === 0) {
  console.error(stdout || '  found no example');
  process.exitCode = 1;
}
rmSync(FOLDER, { recursive: true, force: true });
