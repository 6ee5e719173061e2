package attestkit.client

/** What a key makes: an assertion counts, so that it is used once by itself; a signature needs a challenge for that. */
enum class Proof(
    /** The name of the member, or of the parameter, that carries it. */
    val member: String,
) {
    ASSERTION("assertion"),
    SIGNATURE("signature"),
}

/**
 * The text that a device signs for one request.
 *
 * @param method in capitals
 * @param target path and query, as on the request line
 * @param body the bytes on the wire; empty if there is no body
 */
fun requestLines(audience: String, method: String, target: String, body: ByteArray, challenge: String? = null): String =
    listOf("attestkit-request-v1", audience, method, target, base64url(sha256(body)), challenge.orEmpty())
        .joinToString("\n")

/** The text that is signed to get a session for a key. */
fun sessionLines(audience: String, label: String, challenge: String): String =
    listOf("attestkit-session-v1", audience, label, challenge).joinToString("\n")

/** The text that the old key signs when a new one takes its place. */
fun replaceLines(audience: String, label: String, challenge: String, newKeyId: String): String =
    listOf("attestkit-replace-v1", audience, label, challenge, newKeyId).joinToString("\n")

/** What binds evidence without a key to a challenge and a label: the `requestHash` of Play Integrity. */
fun enrollmentHash(challenge: String, label: String): String =
    base64url(sha256(utf8(listOf("attestkit-enrol-v1", challenge, label).joinToString("\n"))))

/**
 * The field `X-App-Attest` of a signed request.
 *
 * @param signed base64 or base64url
 */
fun proofField(proof: Proof, keyId: String, signed: String, challenge: String? = null): String {
    val suffix = if (challenge == null) "" else "; challenge=$challenge"
    return "v=1; key_id=$keyId; ${proof.member}=$signed$suffix"
}
