/** What a session token says of the evidence behind it. */
export const TRUST_FACTS = {
  platform: 'ios',
  app_id: 'TEAMID1234.com.example.app',
  environment: 'production',
  attested_at: 1_795_000_000,
  facts: {},
} as const;

/** The same, as a result has it. */
export const TRUSTED = {
  platform: 'ios',
  appId: 'TEAMID1234.com.example.app',
  environment: 'production',
  integrity: undefined,
  attestedAt: 1_795_000_000_000,
  virtual: false,
  facts: {},
} as const;

/** The same with one member of another type, by its name. */
export const WRONG_TRUST_FACTS: readonly (readonly [string, object])[] = Object.entries({
  platform: 7,
  app_id: null,
  environment: [],
  attested_at: '1',
  virtual: 'no',
  facts: [],
}).map(([name, value]) => [name, { ...TRUST_FACTS, [name]: value }]);
