/** One piece of evidence as bytes, taken apart. Nothing of it is verified. */
export interface EvidencePart {
  /** The member of the evidence file: `attestation`, `certificateChain[0]`. */
  readonly name: string;
  readonly encoding: 'cbor' | 'der' | 'jws' | 'jwe' | 'json' | 'bytes';
  /** Base64. Offsets of nodes count in these bytes. */
  readonly bytes: string;
  /** Undefined if it cannot be read in this encoding; `problem` says where that ends. */
  readonly root: EvidenceNode | undefined;
  /** `the item at 17 ends beyond the last byte` */
  readonly problem: string | undefined;
  /** Of a certificate. */
  readonly certificate: CertificateFacts | undefined;
}

/** What stands at one place. A value that is opened in place, such as DER in an OCTET STRING or a JWS segment, has it as `children`. */
export interface EvidenceNode {
  /** Of its header (tag, length), in bytes from the beginning of the part. */
  readonly offset: number;
  /** Header and content together. */
  readonly length: number;
  /** Bytes of the header. */
  readonly header: number;
  /** What it is to its parent: a member's name, an index, a field of the specification; empty for the root. */
  readonly label: string;
  /** `SEQUENCE`, `[0]`, `OBJECT IDENTIFIER`, `text`, `map`, `object`. */
  readonly type: string;
  /** Its value, for people; undefined if it only has children. Long ones are cut, with an ellipsis. */
  readonly value: string | undefined;
  /** What the value means: the name of an object identifier, of an enumerated number, a time in ISO 8601. */
  readonly meaning: string | undefined;
  readonly children: readonly EvidenceNode[];
}

/** What a certificate says, for a picture of its chain. */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  /** ISO 8601. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly serialNumber: string;
  /** `EC P-256`, `RSA 4096`. */
  readonly key: string;
  /** Index, among the parts, of the certificate whose key verifies its signature; itself if it is self-signed; undefined if none does. */
  readonly signedBy: number | undefined;
  /** The name of the root that it is, if it is a known one: `Google hardware attestation root (RSA)`. */
  readonly root: string | undefined;
  /** Of its public key: SHA-256 of the SubjectPublicKeyInfo, base64. */
  readonly pin: string;
}
