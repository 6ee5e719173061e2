import { EXAMPLE_CLAIM, TOKEN_TYPES } from './token-types.js';

const TYPES = [...TOKEN_TYPES].map(([type, { code }]) => `  ${type.padEnd(25)} ${code}`).join('\n');

/** What `--help` shows, by command. */
export const HELP = {
  attestkit: `attestkit: know that a request comes from your own genuine mobile app

Usage
  attestkit token [options]             make an Approov token, for development
  attestkit inspect EVIDENCE|FILE|-     show each check of one piece of evidence
  attestkit token --help                more, with examples
  attestkit inspect --help              more, with examples
  attestkit --version

Try it
  export APPROOV_BASE64_SECRET="$(openssl rand -base64 64 | tr -d '\\n')"
  attestkit inspect "$(attestkit token)"
  attestkit inspect "$(attestkit token --type expired)"
`,
  token: `attestkit token: make an Approov token, for development

It prints the token and nothing else. Tokens are signed HS256 with the account
secret: --secret, else APPROOV_BASE64_SECRET, else APPROOV_BASE64URL_SECRET.

Examples
  curl -H "Approov-Token: $(attestkit token)" http://127.0.0.1:8002/v2/shapes

  # bound to the header Authorization
  curl -H "Authorization: ${EXAMPLE_CLAIM}" \\
       -H "Approov-Token: $(attestkit token --claim-example)" \\
       http://127.0.0.1:8002/v2/forms

  # what must be refused
  attestkit token --type expired
  attestkit token --claim "${EXAMPLE_CLAIM}" --type binding-mismatch

Options
  --expire MINUTES    how long it is valid (default 5)
  --claim RAW         bind it to this value: claim pay = base64(SHA-256(RAW))
  --claim-example     bind it to: ${EXAMPLE_CLAIM}
  --secret BASE64     the account secret (approov secret -get base64)
  --type TYPE         valid (default), or one that has exactly one defect
  --json              token, claims and bound value as JSON
  -h, --help

Types, and the code that each must be refused with
${TYPES}

More, for tests: mintApproovToken of the package attestkit-testing
`,
  inspect: `attestkit inspect: show each check of one piece of evidence: ok,
FAILED or not asked, and why

It takes what you paste, as an argument, a file or standard input (-): a token,
a header field, a certificate chain, Google's decoded answer, the body that an
app sent, bytes of App Attest; and evidence files. It says what it read, and
because of what; if something is missing to verify it, what to add. Nothing is
sent anywhere. Identifiers of the device are masked, but for --json.

Examples
  attestkit inspect "$TOKEN"
  attestkit inspect "X-App-Attest: v=1; key_id=...; assertion=..."
  attestkit inspect chain.pem
  attestkit inspect body.json
  attestkit inspect "$TOKEN" --binding "Authorization's value, Bearer included"
  pbpaste | attestkit inspect -
  attestkit inspect evidence.json --json

An evidence file has all that the checks need. One of each kind follows. Members
in [brackets] may be left out, and "at" too: the time as of which the evidence
is checked, by default the current time. Set it to the time of the refusal.

  { "kind": "approov-token", "at": "2026-06-01T12:00:00Z", "token": "eyJ...",
    ["secretBase64" or "secretBase64url": "...",
     or "publicKey": PEM or JWK, or "jwks": {...}, and "algorithm": "ES256"],
    ["binding": "Bearer ...", the value of the binding header],
    ["issuer": "account.approov.io", "audience": "api.example.com"],
    ["leewaySeconds": 0] }

  { "kind": "session-token", "token": "eyJ...",
    ["secret": "..." or a list,
     or "publicKey": PEM or JWK, or "jwks": {...}, and "algorithm": "ES256"],
    ["issuer": "api.example.com", "audience": "api.example.com"] }

  { "kind": "app-attest-attestation", "attestation": BASE64,
    "appId": "TEAMID1234.com.example.app", "keyId": BASE64,
    "challengeText": "...", as the server returned it,
    or "challenge": BASE64, or "clientDataHash": BASE64 as given to attestKey,
    ["environment": "production" or "development"], ["roots": [BASE64]],
    ["minimumOs": "17.0", "maxAgeSeconds": 300],
    ["category": {"allowed": ["app-store"]}, "bundleVersion": {...}] }

  { "kind": "app-attest-assertion", "assertion": BASE64,
    "appId": "TEAMID1234.com.example.app", "publicKey": PEM,
    "clientData": BASE64, or "clientDataHash": BASE64,
    "previousCounter": 0, ["category": {...}, "bundleVersion": {...}] }

  { "kind": "app-attest-receipt", "receipt": BASE64,
    "appId": "TEAMID1234.com.example.app", "publicKey": PEM,
    ["environment": "production" or "sandbox"], ["roots": [BASE64]],
    ["leafCertificate": BASE64, "clientDataHash": BASE64],
    ["maxAgeSeconds": 300] }

  { "kind": "key-attestation", "at": "2026-06-01T12:00:00Z",
    "certificateChain": [BASE64, leaf first], ["roots": [BASE64]],
    ["challengeText": "...", as the server returned it, or "challenge": BASE64],
    ["apps": [{"packageName": "com.example.app",
               "signingCertificates": [SHA256]}]],
    ["policy": {"verifiedBoot": "required", "minimumPatchLevel": "2026-05"}],
    ["revocationList": {"entries": {...}}, as Google publishes it] }

  { "kind": "approov-message", "method": "POST",
    "url": "https://api.example.com/transfers",
    "headers": {"approov-token": TOKEN, "signature-input": "...",
                "signature": "..."},
    ["bodyText": TEXT or "body": BASE64, "accountKeyBase64": BASE64] }

  { "kind": "key-attestation-signature", "at": "2026-06-01T12:00:00Z",
    "publicKey": PEM or BASE64, "algorithm": "ecdsa-sha256",
    "clientDataText": "attestkit-request-v1\\n...", or "clientData": BASE64,
    "signature": BASE64 }

  { "kind": "play-integrity", "at": "2026-06-01T12:00:00Z", "token": "eyJ...",
    "decryptionKey": BASE64, "verificationKey": BASE64,
    or instead of all three "payload": {...}, as Google decoded it, which is
    the only way for a standard request,
    ["expect": {"packageName": "com.example.app",
                "requestHash": "..." or "nonce": "...",
                "acceptedCertificates": [SHA256], "maxAgeSeconds": 600}],
    ["policy": {"deviceLabels": ["MEETS_STRONG_INTEGRITY"]}] }

  { "kind": "app-check", "at": "2026-06-01T12:00:00Z", "token": "eyJ...",
    "jwks": {"keys": [...]}, "projectNumber": "123456789012",
    "appIds": ["1:123456789012:android:0a1b2c3d4e5f"],
    ["leewaySeconds": 0] }

The body of attest, assert or refresh is taken as the app sent it. Members of a
file can be added beside its own: "appId", "publicKey", ...; to assert and
refresh "audience", of which the lines that were signed are made.

Options
  --kind KIND         what the evidence is, if it is not what it was read as:
                      one of the kinds above
  --secret SECRET     the secret of a token, if the file has no key. Approov:
                      base64, default APPROOV_BASE64_SECRET, else
                      APPROOV_BASE64URL_SECRET. Session: default JWT_SECRET
                      and JWT_SECRET_PREVIOUS
  --binding VALUE     the value of the binding header, if it is not in
                      the file
  --at TIME           inspect it as of the time of the refusal, ISO 8601 with a
                      zone: 2026-06-01T12:00:00Z. Default: now, or the file's
  --json              {"kind", "at", "readAs", "verdict", "code", "checks":
                      [{"name", "code", "spec", "ok", "detail"}], "result" or
                      "unverified", "notChecked", "notes", "cause",
                      "remedy"}; bytes in base64, ISO 8601 times
  -h, --help

Exit status: 0 it passes, 1 it fails, 2 the input cannot be used
`,
} as const;
