/** What to give, or who knows more, for checks that an inspection does not make. */
const WORDS: Readonly<Record<string, string>> = {
  binding: 'Give binding: the value of the header that the token is bound to.',
  receipt: 'Inspect it by itself, as an App Attest receipt.',
  revocation: 'Only the store of the server knows it.',
  'address and user agent': 'Only the request has them.',
  challenge: 'Give challengeText: the challenge as the server returned it.',
  app: 'Give apps: package name and signing certificates.',
  'verified boot': 'Give the policy { "verifiedBoot": "required" }.',
  'revocation list': 'Give revocationList, as Google publishes it.',
  origin: 'Nothing vouches for a payload without its token.',
  package: 'Give expect with packageName.',
  request: 'Give expect with requestHash or nonce.',
  certificate: 'Give expect with acceptedCertificates.',
  'earlier use': 'Only the server knows it, or Google.',
  'request lines': 'Compare them with the request as it arrived.',
  'challenge use': 'Only the store of the server knows it.',
  token: 'Inspect it by itself, as an Approov token.',
};

/** Whether the reader of the page can add what the check needs. */
export function canBeGiven(name: string): boolean {
  return whyNotChecked(name).startsWith('Give ');
}

export function whyNotChecked(name: string): string {
  return Object.hasOwn(WORDS, name) ? (WORDS[name] as string) : '';
}
