/**
 * Where in a chain of certificates something is wrong: what the detail of a failed check says. It names members and
 * public facts of them (a date, an object identifier, a name of a root), and nothing that tells one device from another.
 */
export class CertificatePlace {
  /** The index of the certificate: 0 is the leaf. */
  readonly certificate: number;
  /** As RFC 5280 §4.1 calls it: `tbsCertificate.extensions[2].critical`. */
  readonly member: string;
  /** What stands there. */
  readonly value: string | undefined;

  constructor(certificate: number, member: string, value?: string) {
    this.certificate = certificate;
    this.member = member;
    this.value = value;
  }

  /** `certificate 0, tbsCertificate.validity.notAfter: 2026-05-24T16:28:52.000Z` */
  get message(): string {
    const what = this.value === undefined ? '' : `: ${this.value}`;
    return `certificate ${this.certificate}, ${this.member}${what}`;
  }

  /** The same text in reports. */
  toJSON(): string {
    return this.message;
  }
}
