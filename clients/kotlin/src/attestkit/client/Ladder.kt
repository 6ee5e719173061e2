package attestkit.client

import attestkit.client.Answer.BUSY
import attestkit.client.Answer.CONFLICT
import attestkit.client.Answer.INVALID
import attestkit.client.Answer.KEY_LOST
import attestkit.client.Answer.OK
import attestkit.client.Answer.PLATFORM_BUSY
import attestkit.client.Answer.REFUSED
import attestkit.client.Answer.SILENT
import attestkit.client.Answer.UNPROVEN
import attestkit.client.Rung.ASSERT_KEY
import attestkit.client.Rung.ASSERT_PENDING
import attestkit.client.Rung.ATTEST
import attestkit.client.Rung.BEGIN
import attestkit.client.Rung.REFRESH
import attestkit.client.Turn.AGAIN
import attestkit.client.Turn.CLIMB
import attestkit.client.Turn.DONE
import attestkit.client.Turn.LATER
import attestkit.client.Turn.MISTAKE
import attestkit.client.Turn.REFUSE
import attestkit.client.Turn.REPEAT
import attestkit.client.Turn.RESET

/** What follows an answer. */
sealed interface Next

/** What the client has, and so what it calls: the first that fits. */
enum class Rung : Next { REFRESH, ASSERT_PENDING, ASSERT_KEY, ATTEST, BEGIN }

/** What follows besides a rung. */
enum class Turn : Next {
    /** The session is there. */
    DONE,

    /** The same call once more, with a new challenge (Android: and a new key). Once in an episode. */
    AGAIN,

    /** The same token once more, within its retry time; then as after 401. */
    REPEAT,

    /** The rest of the installation decides: the first rung that fits, without the one that failed. */
    CLIMB,

    /** A new label and a new key. Once in an episode. */
    RESET,

    /** The episode ends: the next one goes on from here, after a pause. */
    LATER,

    /** The episode ends with `REFUSED`. */
    REFUSE,

    /** The episode ends with `MISCONFIGURED`: a mistake of the app or the server. */
    MISTAKE,
}

/** How a call ended: the last two without a call. */
enum class Answer {
    /** 200. */
    OK,

    /** 400: the body or the challenge. */
    INVALID,

    /** 401: what was shown proves nothing any more. */
    UNPROVEN,

    /** 403: refused, or blocked. */
    REFUSED,

    /** 409: this installation cannot go on. */
    CONFLICT,

    /** 429 or 5xx: not now. */
    BUSY,

    /** No answer that can be read. */
    SILENT,

    /** The platform does not sign with the key, or cannot attest it. */
    KEY_LOST,

    /** The platform asks to wait. */
    PLATFORM_BUSY,
}

/** The one place that says what follows an answer. */
object Ladder {
    private val always = mapOf(OK to DONE, REFUSED to REFUSE, BUSY to LATER)
    private val platform = always + (PLATFORM_BUSY to LATER)

    val keyed: Map<Rung, Map<Answer, Next>> = mapOf(
        REFRESH to always + row(INVALID to MISTAKE, UNPROVEN to CLIMB, CONFLICT to RESET, SILENT to REPEAT),
        ASSERT_PENDING to platform +
            row(INVALID to AGAIN, UNPROVEN to ATTEST, CONFLICT to RESET, SILENT to LATER, KEY_LOST to CLIMB),
        ASSERT_KEY to platform +
            row(INVALID to AGAIN, UNPROVEN to ATTEST, CONFLICT to RESET, SILENT to LATER, KEY_LOST to RESET),
        ATTEST to platform +
            row(INVALID to AGAIN, UNPROVEN to MISTAKE, CONFLICT to RESET, SILENT to ASSERT_PENDING, KEY_LOST to ATTEST),
        BEGIN to platform +
            row(INVALID to AGAIN, UNPROVEN to MISTAKE, CONFLICT to REFUSE, SILENT to ASSERT_PENDING, KEY_LOST to BEGIN),
    )

    /** It differs, because a record without a key is proved by its refresh token alone. */
    val keyless: Map<Rung, Map<Answer, Next>> = mapOf(
        REFRESH to always + row(INVALID to MISTAKE, UNPROVEN to ATTEST, CONFLICT to RESET, SILENT to REPEAT),
        ATTEST to platform + row(INVALID to AGAIN, UNPROVEN to MISTAKE, CONFLICT to RESET, SILENT to AGAIN),
        BEGIN to platform + row(INVALID to AGAIN, UNPROVEN to MISTAKE, CONFLICT to REFUSE, SILENT to ATTEST),
    )

    fun next(isKeyed: Boolean, rung: Rung, answer: Answer): Next =
        (if (isKeyed) keyed else keyless)[rung]?.get(answer) ?: LATER

    private fun row(vararg cells: Pair<Answer, Next>): Map<Answer, Next> = mapOf(*cells)
}

/** What an episode may cost at most (the server's side counts on it). */
object Limits {
    const val REQUESTS = 12
    const val ATTESTATIONS = 2

    /** If one of them met a challenge that had expired. */
    const val ATTESTATIONS_AFTER_INVALID = 3
    const val RESETS = 1
    const val CHALLENGES = 1
}
