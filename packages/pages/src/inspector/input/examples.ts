/** Made-up evidence to try: without secrets, and of no real device. */
export const EXAMPLES: readonly { readonly name: string; readonly evidence: string }[] = [
  {
    name: 'an expired Approov token',
    evidence:
      'Approov-Token: eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHAiOjE3NjQ1OTA0MDAsImRpZCI6IkV4YW1wbGVEZXZpY2VJZD09IiwiaXAiOiIyMDMuMC4xMTMuNyJ9.bWFkZSB1cCwgbm90IHNpZ25lZDogb25seSB0byB0cnk',
  },
  {
    name: 'a Play verdict of a rooted phone',
    evidence: JSON.stringify(
      {
        requestDetails: {
          requestPackageName: 'com.example.app',
          requestHash: 'aGVsbG8gd29scmQgdGhlcmU',
          timestampMillis: '1764590400000',
        },
        appIntegrity: {
          appRecognitionVerdict: 'UNRECOGNIZED_VERSION',
          packageName: 'com.example.app',
          certificateSha256Digest: ['6a6a1474b5cbbb2b1aa57e0bc3f4d2e1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5'],
          versionCode: '42',
        },
        deviceIntegrity: { deviceRecognitionVerdict: ['MEETS_BASIC_INTEGRITY'] },
        accountDetails: { appLicensingVerdict: 'UNLICENSED' },
      },
      null,
      1,
    ),
  },
];
