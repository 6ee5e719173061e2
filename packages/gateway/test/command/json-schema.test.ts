import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { EXAMPLE } from '../../src/command/example.js';
import { loadConfig } from '../../src/config/load.js';
import { ENV } from './support/command.js';

const root = new URL('../../../../', import.meta.url);
const schema = JSON.parse(
  readFileSync(new URL('packages/gateway/config.schema.json', root), 'utf8'),
) as object;
const validate = new Ajv({ strict: true, allErrors: true }).compile(schema);
const found = (settings: unknown): readonly (string | undefined)[] => {
  validate(settings);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
};

const folder = new URL('examples/behind-gateway/', root);
const examples = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => [name, readFileSync(new URL(name, folder), 'utf8')] as const);

describe('config.schema.json', () => {
  it.each([...examples, ['what init writes', EXAMPLE] as const])('accepts %s', (_, text) => {
    expect(found(parse(text))).toEqual([]);
    expect(examples.length).toBeGreaterThan(3);
  });

  it('explains fields', () => {
    const { properties } = schema as {
      readonly properties: Readonly<Record<string, { readonly description: string }>>;
    };
    expect(properties['trustedProxies']?.description).toContain('X-Forwarded-For');
    for (const field of Object.values(properties)) expect(field.description).toMatch(/\w/);
  });

  // What the gateway refuses for its form, an editor marks as well.
  it.each([
    ['an unknown field', { default: {}, rotues: [] }],
    ['no default', { routes: [] }],
    ['a route without a path', { default: {}, routes: [{ open: true }] }],
    ['an unknown kind of evidence', { default: {}, evidence: { aproov: {} } }],
    ['a share of too much', { default: { enforcement: '250%' } }],
    ['a text where a list has to be', { default: {}, routes: { path: '/x' } }],
    ['a time that is too long', { default: { timeoutMs: 6_000_000 } }],
    ['an unknown word', { default: {}, ambiguousPaths: 'ignore' }],
    ['an unknown field of an upstream', { default: {}, upstreams: { api: { url: 'http://a', hots: 'b' } } }],
    ['a name of a host with a scheme', { default: {}, routes: [{ path: '/x', host: 'https://a' }] }],
  ])('refuses %s', (_, settings) => {
    expect(found(settings)).not.toEqual([]);
    if (!('evidence' in settings))
      expect(() => loadConfig('gateway.json', JSON.stringify(settings), ENV)).toThrow(/gateway\.json:1:/);
  });

  it.each([
    { default: {}, enforcement: '${MODE}' },
    { default: {}, trustedProxies: 'loopback' },
    { default: {}, upstreams: { api: 'http://a', other: { url: 'http://b', connections: 4 } } },
    { default: { binding: true, signedRequest: { challenge: 'required' } } },
  ])('accepts %j', (settings) => {
    expect(found(settings)).toEqual([]);
  });
});
