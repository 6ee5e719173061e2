package attestkit.client

import java.io.IOException

/** What went wrong, as far as an app has to tell it apart. */
enum class ErrorType {
    /** This device or this build cannot prove that the app is genuine. It does not help to try again. */
    UNSUPPORTED,

    /** There was no answer. Whether the request was done is not known. */
    OFFLINE,

    /** It makes sense to try again, after `retryAfterMs` if that is known. */
    THROTTLED,

    /** The server refused the device. Later requests are sent as usual: a block can be lifted. */
    REFUSED,

    /** The app or the server has to be mended: the message says what is wrong. */
    MISCONFIGURED,

    /** The user has to do something: `action` says it. */
    USER_ACTION_REQUIRED,
}

/**
 * Why there is no session, or why a request cannot be signed. The message is for the developer. It is an [IOException],
 * so that an interceptor of OkHttp can throw it.
 */
class ClientException(
    val type: ErrorType,
    message: String,
    /** The status of the server's answer, if there was one. */
    val status: Int? = null,
    /** Milliseconds after which it makes sense to try again; null if that is not known. */
    val retryAfterMs: Long? = null,
    /** The code of the platform, if it failed. */
    val code: String? = null,
    /** What the user has to do, in English. */
    val action: String? = null,
    cause: Throwable? = null,
) : IOException(message, cause)

/** Why a platform failed: what the client does about it. */
enum class Problem(
    /** How an episode ends with it, if the ladder has no answer to it. */
    val type: ErrorType,
) {
    /** It never works on this device or in this build. */
    UNSUPPORTED(ErrorType.UNSUPPORTED),

    /** The key does not sign, or cannot be attested, any more. */
    KEY_LOST(ErrorType.UNSUPPORTED),

    /** It may work later, with the same key. */
    TRY_LATER(ErrorType.THROTTLED),

    /** The app is built or set up in a wrong way. */
    MISCONFIGURED(ErrorType.MISCONFIGURED),

    /** The user has to do something, such as an update. */
    USER_ACTION_REQUIRED(ErrorType.USER_ACTION_REQUIRED),

    /** The platform does not say why. */
    UNKNOWN(ErrorType.THROTTLED),
}

/** What an attester throws. */
class AttesterException(
    val problem: Problem,
    message: String,
    /** The platform's own code, for the log. */
    val code: String? = null,
    /** What the user has to do, in English. */
    val action: String? = null,
    cause: Throwable? = null,
) : Exception(message, cause)
