// @ts-check
// Why this exists: genuine verdicts of Play Integrity, what they are held to, and a second reading of what that means.
import { vectorText } from './vectors.js';

/** @typedef {import('attestkit/play-integrity').VerdictExpectations} Expectations */
/** @typedef {{ name: string, payload: Record<string, unknown>, expected: Expectations & { now: number } }} Verdict */

const NOW = 1_767_225_600_000;
const NONCE = Buffer.alloc(24, 0xfb).toString('base64url');
const PIN = Buffer.alloc(32, 0x5a).toString('base64url');
const PACKAGE = 'com.example.app';

const APP = {
  appRecognitionVerdict: 'PLAY_RECOGNIZED',
  packageName: PACKAGE,
  certificateSha256Digest: [PIN],
  versionCode: '42',
};
/** @type {Expectations & { now: number }} */
const HELD = { packageName: PACKAGE, certificateSha256Digests: [PIN], now: NOW };

/** @type {readonly Verdict[]} */
const OWN = [
  {
    name: 'classic',
    payload: {
      requestDetails: { requestPackageName: PACKAGE, nonce: NONCE, timestampMillis: `${NOW - 5000}` },
      appIntegrity: APP,
      deviceIntegrity: { deviceRecognitionVerdict: ['MEETS_DEVICE_INTEGRITY'] },
      accountDetails: { appLicensingVerdict: 'LICENSED' },
    },
    expected: { ...HELD, nonce: NONCE },
  },
  {
    name: 'standard, everything',
    payload: {
      requestDetails: { requestPackageName: PACKAGE, requestHash: 'a hash', timestampMillis: NOW - 5000 },
      appIntegrity: APP,
      deviceIntegrity: {
        deviceRecognitionVerdict: [
          'MEETS_BASIC_INTEGRITY',
          'MEETS_DEVICE_INTEGRITY',
          'MEETS_STRONG_INTEGRITY',
        ],
        recentDeviceActivity: { deviceActivityLevel: 'LEVEL_1' },
        deviceAttributes: { sdkVersion: 36 },
        deviceRecall: { values: { bitFirst: true }, writeDates: { yyyymmFirst: 202_601 } },
      },
      accountDetails: { appLicensingVerdict: 'LICENSED' },
      environmentDetails: {
        appAccessRiskVerdict: { appsDetected: ['KNOWN_INSTALLED'] },
        playProtectVerdict: 'NO_ISSUES',
      },
    },
    expected: {
      ...HELD,
      requestHash: 'a hash',
      minimumVersionCode: 42,
      deviceLabels: ['MEETS_STRONG_INTEGRITY', 'MEETS_DEVICE_INTEGRITY'],
      minimumSdk: 33,
      deviceActivity: ['LEVEL_1', 'LEVEL_2'],
      appAccessRisk: ['KNOWN_INSTALLED'],
      playProtect: ['NO_ISSUES'],
    },
  },
];

/** Our own, and the published ones that are whole and of our time. @returns {readonly Verdict[]} */
export function verdicts() {
  const published = ['docs-standard-request.json', 'selfmade-local-token.json'].flatMap((name) => {
    const text = vectorText('play-integrity', name);
    if (text === undefined) return [];
    const { payload } = JSON.parse(text);
    const { requestPackageName: packageName, requestHash, timestampMillis } = payload.requestDetails;
    const certificateSha256Digests = payload.appIntegrity.certificateSha256Digest;
    const now = Number(timestampMillis) + 60_000;
    return [{ name, payload, expected: { packageName, requestHash, certificateSha256Digests, now } }];
  });
  return [...OWN, ...published];
}

/** Whether a verdict may be accepted, from Google's words alone. @param {unknown} payload @param {Verdict['expected']} expected */
export function isInOrder(payload, expected) {
  const [request, app, device, account, environment] = [
    'requestDetails',
    'appIntegrity',
    'deviceIntegrity',
    'accountDetails',
    'environmentDetails',
  ].map((name) => member(payload, name));
  const { packageName, requestHash, nonce, now, certificateSha256Digests: pins = [] } = expected;
  if (member(payload, 'testingDetails') !== undefined) return false;
  if (member(request, 'requestPackageName') !== packageName || member(app, 'packageName') !== packageName)
    return false;
  const [bound, other] = nonce === undefined ? ['requestHash', 'nonce'] : ['nonce', 'requestHash'];
  const binding = member(request, bound ?? '');
  if (typeof binding !== 'string' || member(request, other ?? '') !== undefined) return false;
  if (nonce === undefined ? binding !== requestHash : normal(binding) !== normal(nonce)) return false;
  const made = whole(member(request, 'timestampMillis'));
  if (made === undefined || made < now - 600_000 || made > now + 60_000) return false;
  if (member(app, 'appRecognitionVerdict') !== 'PLAY_RECOGNIZED') return false;
  if (!list(member(app, 'certificateSha256Digest')).some((each) => pins.map(normal).includes(normal(each))))
    return false;
  const version = whole(member(app, 'versionCode'));
  if (expected.minimumVersionCode !== undefined && !(version !== undefined && version >= 42)) return false;
  const labels = list(member(device, 'deviceRecognitionVerdict'));
  if (!(expected.deviceLabels ?? ['MEETS_DEVICE_INTEGRITY']).every((each) => labels.includes(each)))
    return false;
  if (member(account, 'appLicensingVerdict') !== 'LICENSED') return false;
  if (expected.minimumSdk === undefined) return true;
  const sdk = whole(member(member(device, 'deviceAttributes'), 'sdkVersion'));
  const activity = member(member(device, 'recentDeviceActivity'), 'deviceActivityLevel');
  const detected = member(member(environment, 'appAccessRiskVerdict'), 'appsDetected');
  if (sdk === undefined || sdk < 33 || !['LEVEL_1', 'LEVEL_2'].includes(String(activity))) return false;
  if (!Array.isArray(detected) || !detected.every((each) => each === 'KNOWN_INSTALLED')) return false;
  return member(environment, 'playProtectVerdict') === 'NO_ISSUES';
}

/** Of an object its own. @param {unknown} object @param {string} name @returns {unknown} */
export function member(object, name) {
  const isObject = typeof object === 'object' && object !== null && !Array.isArray(object);
  return isObject && Object.hasOwn(object, name) ? Reflect.get(object, name) : undefined;
}

/** @param {unknown} value */
function whole(value) {
  const digits =
    typeof value === 'number' ? value : typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : -1;
  return Number.isInteger(digits) && digits >= 0 ? digits : undefined;
}

/** @param {unknown} value @returns {string[]} */
function list(value) {
  return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : [];
}

/** @param {string} text */
function normal(text) {
  return text
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/={1,2}$/, '');
}

/** Something else to hold a genuine verdict to. @param {import('./random.js').Random} random @param {Verdict['expected']} expected @returns {Verdict['expected']} */
export function heldToOther(random, { requestHash, nonce, ...rest }) {
  const bound = { ...(requestHash && { requestHash }), ...(nonce && { nonce }) };
  return {
    ...rest,
    ...random.pick([
      { ...bound, packageName: 'com.example.apq' },
      { ...bound, certificateSha256Digests: [Buffer.alloc(32, 1).toString('base64url')] },
      { ...bound, now: rest.now + random.pick([600_000, 10_000_000]) },
      { ...bound, now: rest.now - random.pick([130_000, 10_000_000]) },
      { ...bound, minimumVersionCode: '99999999999' },
      { requestHash: `${requestHash ?? nonce}x` },
      { nonce: `${requestHash ?? nonce}x` },
      requestHash === undefined ? { requestHash: nonce ?? '' } : { nonce: requestHash },
    ]),
  };
}
