package attestkit.client

// Every call blocks until it has its result: run an episode on a thread that may wait.

/** What evidence is made over. */
class Challenge(
    /** The server's text, in ASCII. Key Attestation attests its bytes. */
    val challenge: String,
    /** The label of the installation, as `device_id` in the body. */
    val deviceId: String,
    /** base64url of the SHA-256 over challenge and label: what Play Integrity binds. */
    val requestHash: String,
)

/** Proves the app by the platform. */
sealed interface Attester

/** A platform that attests keys: Android Key Attestation. All members throw [AttesterException]. */
interface KeyAttester : Attester {
    /** What its keys make. */
    val proof: Proof

    /** Gives a new key's name, which is stored before the key is used. Android makes the key when it is attested. */
    fun createKey(): String

    /** Attests a key. Gives what the body of `attest` has to have besides challenge and label. */
    fun attest(key: String, over: Challenge): Map<String, Any>

    /** The key's id: base64url of 32 bytes. Called only after `attest`. */
    fun keyId(key: String): String

    /**
     * Signs the UTF-8 bytes of a text with an attested key. Gives base64 or base64url. `KEY_LOST` if it does not sign
     * any more.
     */
    fun sign(key: String, text: String): String

    /** Removes a key. Its failure is ignored. */
    fun deleteKey(key: String)
}

/** A platform that attests the app without a key: Play Integrity. */
interface KeylessAttester : Attester {
    /** Gives what the body of `attest` has to have besides challenge and label. @throws AttesterException */
    fun attest(over: Challenge): Map<String, Any>
}

/** What an endpoint answered. */
class Reply<out T>(
    val answer: Answer,
    /** Of the answer `OK`, and of it alone. */
    val value: T? = null,
    val status: Int? = null,
    val retryAfterMs: Long? = null,
    /** Why there is no answer. */
    val cause: Throwable? = null,
)

/** A session with the refresh token for the next one. */
class Issued(
    val session: String,
    val expiresInMs: Long,
    val refreshToken: String,
    val refreshExpiresInMs: Long,
)

class IssuedChallenge(
    val challenge: String,
    val expiresInMs: Long,
)

/** What a challenge is for. An episode asks for the first two, a signed request for the last. */
enum class Purpose { ATTEST, ASSERT, REQUEST }

/**
 * The device endpoints of the server. What is not the server's answer is `SILENT`: a failure of the network, a page of
 * a hotel.
 *
 * @throws ClientException `MISCONFIGURED` for redirects and the statuses 404, 405 and 413
 */
interface Endpoints {
    fun challenge(label: String, purpose: Purpose): Reply<IssuedChallenge>

    /** The server may take 30 s to verify evidence: wait longer than that. */
    fun attest(body: Map<String, Any>): Reply<Issued>

    fun assert(body: Map<String, Any>): Reply<Issued>

    fun refresh(token: String): Reply<Issued>

    fun revoke(token: String): Reply<Unit>
}

/** The time on the wall, in milliseconds since the epoch; the user can set it. */
fun interface Clock {
    fun wall(): Long
}
