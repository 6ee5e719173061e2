import type { EvidenceKindName } from 'attestkit/inspect';

/** How a member is asked for. */
export interface MemberField {
  readonly as: 'text' | 'lines' | 'number' | 'json' | 'text or json' | 'flag' | 'choice';
  readonly help?: string;
  readonly placeholder?: string;
  readonly choices?: readonly string[];
}

const LAUNCH = { as: 'json', placeholder: '{ "allowed": ["app-store"], "whenAbsent": "refuse" }' } as const;
const SECONDS = { as: 'number', help: 'Seconds.' } as const;
const BASE64 = { as: 'lines', help: 'In base64.' } as const;
const LIST = { as: 'text or json', help: 'A text, or a list of texts in JSON.' } as const;
const KEY = { as: 'text or json', help: 'PEM, a JWK, or base64 of the key.' } as const;

/** By member. A member that is not here is a text. */
const FIELDS: Readonly<Record<string, MemberField>> = {
  challengeText: {
    as: 'text',
    help: 'As text, not decoded.',
  },
  challenge: { as: 'text', help: 'Instead of challengeText: the bytes that the app gave, in base64.' },
  clientDataText: { as: 'lines', help: 'The lines that were signed, exactly. No line feed at the end.' },
  clientData: BASE64,
  clientDataHash: { as: 'text', help: 'SHA-256 of the client data, in base64.' },
  bodyText: { as: 'lines', help: 'The body of the request, to find out how its digest was made.' },
  body: BASE64,
  publicKey: KEY,
  keyId: { as: 'text', help: 'In base64.' },
  previousCounter: { as: 'number' },
  leewaySeconds: SECONDS,
  maxAgeSeconds: SECONDS,
  maxLifetimeSeconds: SECONDS,
  allowDebugProvider: { as: 'flag', help: 'Default: false.' },
  headers: { as: 'json', placeholder: '{ "approov-token": "eyJ…", "signature": "…" }' },
  apps: {
    as: 'json',
    help: 'Apps to one of which the key has to belong. Default: the app is not compared.',
    placeholder: '[{ "packageName": "com.example.app", "signingCertificates": ["b53e4c41…"] }]',
  },
  revocationList: {
    as: 'json',
    help: 'The answer of https://android.googleapis.com/attestation/status. Default: not compared.',
    placeholder: '{ "entries": {} }',
  },
  roots: {
    as: 'json',
    help: 'For tests: root certificates in base64 of their DER, instead of the real roots.',
    placeholder: '["MIIC…"]',
  },
  jwks: { as: 'json', placeholder: '{ "keys": [ … ] }' },
  payload: { as: 'json', help: 'The tokenPayloadExternal of the answer, or the whole answer.' },
  expect: {
    as: 'json',
    help: 'What the verdict has to be of. Default: nothing of it is compared.',
    placeholder: '{ "packageName": "com.example.app", "requestHash": "…" }',
  },
  category: LAUNCH,
  bundleVersion: { ...LAUNCH, placeholder: '{ "allowed": ["1.4.2"] }' },
  codeDirectoryHash: { ...LAUNCH, placeholder: '{ "allowed": ["5f2c…"] }' },
  issuer: LIST,
  audience: LIST,
  secret: LIST,
  components: LIST,
  quirks: LIST,
  appIds: LIST,
  leafCertificate: BASE64,
  token: { as: 'lines' },
  attestation: BASE64,
  assertion: BASE64,
  receipt: BASE64,
};

/** By kind: the policy that is checked if none is given, as the verifiers have it for an evidence file. */
export const POLICY_DEFAULTS: Readonly<Partial<Record<EvidenceKindName, Readonly<Record<string, unknown>>>>> =
  {
    'key-attestation': {
      securityLevel: 'trusted-environment',
      verifiedBoot: 'any',
      verifiedBootKeys: [],
      provisioning: 'any',
      userAuthentication: 'any',
      purposes: [],
      allowOmittedRoot: false,
      allowAttestKeys: false,
    },
    'play-integrity': {
      appVerdicts: ['PLAY_RECOGNIZED'],
      deviceLabels: ['MEETS_DEVICE_INTEGRITY'],
      licensing: ['LICENSED'],
      allowTesting: false,
    },
  };

/** Options that a policy has beside those with a default. */
const MORE_OPTIONS: Readonly<Partial<Record<EvidenceKindName, string>>> = {
  'key-attestation':
    'minimumOs, minimumPatchLevel, minimumVendorPatchLevel, minimumBootPatchLevel, maxCertificatesIssued, maxKeyAgeSeconds',
  'play-integrity': 'minimumSdk, deviceActivity, appAccessRisk, playProtect',
};

const ENVIRONMENTS: Readonly<Partial<Record<EvidenceKindName, readonly string[]>>> = {
  'app-attest-attestation': ['production', 'development'],
  'app-attest-receipt': ['production', 'sandbox'],
};

/** How a member of a kind is asked for. */
export function fieldOf(kind: EvidenceKindName, member: string): MemberField {
  if (member === 'policy')
    return {
      as: 'json',
      placeholder: JSON.stringify(POLICY_DEFAULTS[kind] ?? {}, null, 1),
      help: `Default: as shown. Also: ${MORE_OPTIONS[kind] ?? 'none'}; each is not checked unless given.`,
    };
  const choices = member === 'environment' ? ENVIRONMENTS[kind] : undefined;
  if (choices !== undefined) return { as: 'choice', choices, help: `Default: ${choices[0]}.` };
  return (Object.hasOwn(FIELDS, member) ? FIELDS[member] : undefined) ?? { as: 'text' };
}
