package attestkit.client

/** SubjectPublicKeyInfo of a key on P-256, up to its point (RFC 5480): 26 bytes before 65. */
private const val P256 = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgA"
private const val POINT = 65

/** Members of a certificate before its key (RFC 5280 §4.1): version, serial, algorithm, issuer, validity, subject. */
private const val BEFORE_THE_KEY = 6

/**
 * The id of the key that a chain attests: base64url(SHA-256) of the point of a key on P-256, of any other of its
 * SubjectPublicKeyInfo.
 *
 * @param leaf the first certificate, base64 or base64url of DER
 * @throws AttesterException `UNKNOWN` if it is not a certificate
 */
fun keyIdOfLeaf(leaf: String): String {
    val spki = decodeBase64(leaf)?.let(::publicKeyOf)
        ?: throw AttesterException(Problem.UNKNOWN, "the platform’s first certificate cannot be read")
    val before = spki.size - POINT
    val isP256 = before > 0 && base64url(spki.copyOf(before)) == P256
    return base64url(sha256(if (isP256) spki.copyOfRange(before, spki.size) else spki))
}

private fun publicKeyOf(der: ByteArray): ByteArray? {
    val certificate = contentAt(der, 0) ?: return null
    val tbs = contentAt(der, certificate.first) ?: return null
    var at = tbs.first
    repeat(BEFORE_THE_KEY) { at = (contentAt(der, at) ?: return null).last + 1 }
    val end = (contentAt(der, at) ?: return null).last + 1
    return if (end <= tbs.last + 1) der.copyOfRange(at, end) else null
}

/** Where the content of a value in DER is; null if it does not fit. */
private fun contentAt(der: ByteArray, at: Int): IntRange? {
    fun octet(index: Int) = der.getOrNull(index)?.toInt()?.and(0xff)
    val first = octet(at + 1) ?: return null
    val octets = if (first < 0x80) 0 else first and 0x7f
    if (first == 0x80 || octets > 3) return null
    var length = if (octets == 0) first else 0
    for (index in 1..octets) length = length * 256 + (octet(at + 1 + index) ?: return null)
    val start = at + 2 + octets
    return if (start + length <= der.size) start until start + length else null
}
