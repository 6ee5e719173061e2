package attestkit.client

/**
 * What is kept of one installation: one value, written whole. Without the key, only the refresh token in it is worth
 * anything.
 */
data class Installation(
    /** Of this installation of the app: another one, or none, says that it was reinstalled or restored. */
    val marker: String? = null,
    /** The device id: random, for life. */
    val label: String? = null,
    /** The platform's name of the attested key. */
    val key: String? = null,
    /** The key that is being enrolled. */
    val pending: PendingKey? = null,
    val refresh: RefreshToken? = null,
)

data class PendingKey(
    val key: String,
    /** Whether the server may have it. */
    val sent: Boolean,
)

data class RefreshToken(
    val token: String,
    /** When an installation without a key attests again: by the wall clock, milliseconds. */
    val renewAt: Long,
    /** When it was sent first: it may be used up. By the wall clock, milliseconds. */
    val sentAt: Long? = null,
    /** Answered by 401: of use only as the proof of an installation without a key. */
    val ended: Boolean = false,
)

/** Keeps the installation of one account. */
interface Kept {
    /**
     * The stored one, or an empty one.
     *
     * @throws ClientException `THROTTLED` if the storage cannot be read now: a phone that was not unlocked yet
     */
    fun load(): Installation

    /** Stores it before it returns. @throws Exception if the storage does not take it */
    fun save(installation: Installation)
}

/** The installation during an episode, and what is stored of it. */
internal class Held(private val kept: Kept) {
    var now: Installation = kept.load()
        private set

    /** Stores what the next step must not be done without. @throws ClientException */
    fun require(changed: Installation) {
        try {
            kept.save(changed)
        } catch (error: Exception) {
            throw ClientException(
                ErrorType.THROTTLED,
                "the storage does not take the installation",
                cause = error,
            )
        }
        now = changed
    }

    /** Stores it as far as that works: the stored value is older else, and the next episode recovers from it. */
    fun note(changed: Installation) {
        now = changed
        runCatching { kept.save(changed) }
    }
}
