import type { JsonObject } from '../../kernel/bytes/json.js';
import { Members } from './members.js';
import type { PlayIntegrityValues, PlayIntegrityVerdict } from './verdict.js';

/** Every value that Google documents (Google, Integrity verdicts). */
const APP_VERDICTS: readonly PlayIntegrityValues['appVerdict'][] = [
  'PLAY_RECOGNIZED',
  'UNRECOGNIZED_VERSION',
  'UNEVALUATED',
  'UNKNOWN',
];
export const DEVICE_LABELS: readonly PlayIntegrityValues['deviceLabel'][] = [
  'MEETS_BASIC_INTEGRITY',
  'MEETS_DEVICE_INTEGRITY',
  'MEETS_STRONG_INTEGRITY',
  'MEETS_VIRTUAL_INTEGRITY',
  'UNKNOWN',
];
export const LICENSING: readonly PlayIntegrityValues['licensing'][] = [
  'LICENSED',
  'UNLICENSED',
  'UNEVALUATED',
  'UNKNOWN',
];
export const DEVICE_ACTIVITIES: readonly PlayIntegrityValues['deviceActivity'][] = [
  'LEVEL_1',
  'LEVEL_2',
  'LEVEL_3',
  'LEVEL_4',
  'UNEVALUATED',
];
export const APP_ACCESS_RISKS: readonly PlayIntegrityValues['appAccessRisk'][] = [
  'KNOWN_INSTALLED',
  'KNOWN_CAPTURING',
  'KNOWN_CONTROLLING',
  'KNOWN_OVERLAYS',
  'UNKNOWN_INSTALLED',
  'UNKNOWN_CAPTURING',
  'UNKNOWN_CONTROLLING',
  'UNKNOWN_OVERLAYS',
];
export const PLAY_PROTECT: readonly PlayIntegrityValues['playProtect'][] = [
  'NO_ISSUES',
  'NO_DATA',
  'POSSIBLE_RISK',
  'MEDIUM_RISK',
  'HIGH_RISK',
  'UNEVALUATED',
];

/** Gives a decoded verdict its types. It does not judge the content: the checks follow. */
export function readVerdict(payload: JsonObject): PlayIntegrityVerdict {
  const unrecognized: string[] = [];
  const top = new Members(payload, unrecognized);
  const requestDetails = readRequest(top.section('requestDetails'));
  const appIntegrity = readApp(top.section('appIntegrity'));
  const deviceIntegrity = readDevice(top.section('deviceIntegrity'));
  const accountDetails = readAccount(top.section('accountDetails'));
  const environmentDetails = readEnvironment(top.section('environmentDetails'));
  const testing = top.section('testingDetails');
  testing.flag('isTestingResponse');
  testing.noteOthers();
  top.noteOthers();
  return {
    kind: 'playIntegrity',
    requestDetails,
    appIntegrity,
    deviceIntegrity,
    accountDetails,
    environmentDetails,
    // In whatever form: it has no business in a verdict that counts.
    testing: payload['testingDetails'] !== undefined,
    unrecognized,
    payload,
  };
}

function readRequest(members: Members): PlayIntegrityVerdict['requestDetails'] {
  const details = {
    requestPackageName: members.text('requestPackageName'),
    requestHash: members.text('requestHash'),
    nonce: members.text('nonce'),
    timestampMillis: members.count('timestampMillis'),
  };
  members.noteOthers();
  return details;
}

function readApp(members: Members): PlayIntegrityVerdict['appIntegrity'] {
  const app = {
    appRecognitionVerdict: members.text('appRecognitionVerdict', APP_VERDICTS),
    packageName: members.text('packageName'),
    certificateSha256Digest: members.texts('certificateSha256Digest') ?? [],
    versionCode: members.digits('versionCode'),
  };
  members.noteOthers();
  return app;
}

function readDevice(members: Members): PlayIntegrityVerdict['deviceIntegrity'] {
  const activity = members.section('recentDeviceActivity');
  const attributes = members.section('deviceAttributes');
  const device = {
    deviceRecognitionVerdict: members.texts('deviceRecognitionVerdict', DEVICE_LABELS) ?? [],
    legacyDeviceRecognitionVerdict: members.texts('legacyDeviceRecognitionVerdict', DEVICE_LABELS) ?? [],
    deviceActivityLevel: activity.text('deviceActivityLevel', DEVICE_ACTIVITIES),
    sdkVersion: attributes.count('sdkVersion'),
    deviceRecall: readRecall(members.section('deviceRecall')),
  };
  for (const each of [activity, attributes, members]) each.noteOthers();
  return device;
}

function readRecall(members: Members): PlayIntegrityVerdict['deviceIntegrity']['deviceRecall'] {
  const values = members.section('values');
  const dates = members.section('writeDates');
  const recall = {
    bitFirst: values.flag('bitFirst'),
    bitSecond: values.flag('bitSecond'),
    bitThird: values.flag('bitThird'),
    yyyymmFirst: dates.count('yyyymmFirst'),
    yyyymmSecond: dates.count('yyyymmSecond'),
    yyyymmThird: dates.count('yyyymmThird'),
  };
  for (const each of [values, dates, members]) each.noteOthers();
  return recall;
}

function readAccount(members: Members): PlayIntegrityVerdict['accountDetails'] {
  const activity = members.section('accountActivity');
  const account = {
    appLicensingVerdict: members.text('appLicensingVerdict', LICENSING),
    activityLevel: activity.text('activityLevel'),
  };
  activity.noteOthers();
  members.noteOthers();
  return account;
}

function readEnvironment(members: Members): PlayIntegrityVerdict['environmentDetails'] {
  const risk = members.section('appAccessRiskVerdict');
  const environment = {
    appsDetected: risk.texts('appsDetected', APP_ACCESS_RISKS),
    playProtectVerdict: members.text('playProtectVerdict', PLAY_PROTECT),
  };
  risk.noteOthers();
  members.noteOthers();
  return environment;
}
