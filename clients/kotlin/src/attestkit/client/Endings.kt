package attestkit.client

/** A failure of the platform that the ladder has a row for. */
internal class PlatformFailure(val answer: Answer, cause: Throwable) : Exception(cause)

/** Asks the platform. @throws PlatformFailure if the ladder goes on @throws ClientException if it does not */
internal fun <T> platform(ask: () -> T): T = try {
    ask()
} catch (error: AttesterException) {
    throw when (error.problem) {
        Problem.KEY_LOST -> PlatformFailure(Answer.KEY_LOST, error)
        Problem.TRY_LATER -> PlatformFailure(Answer.PLATFORM_BUSY, error)
        else -> ClientException(
            error.problem.type,
            error.message.orEmpty(),
            code = error.code,
            action = error.action,
            cause = error,
        )
    }
} catch (error: Exception) {
    throw ClientException(Problem.UNKNOWN.type, error.toString(), cause = error)
}

internal fun over(challenge: String, deviceId: String): Challenge =
    Challenge(challenge, deviceId, enrollmentHash(challenge, deviceId))

/** The episode ends, and the next one goes on. */
internal fun later(rung: String, reply: Reply<*>): ClientException {
    val (type, message) = when (reply.answer) {
        Answer.SILENT -> ErrorType.OFFLINE to "$rung was not answered"
        Answer.PLATFORM_BUSY -> ErrorType.THROTTLED to "the platform asks to wait"
        Answer.KEY_LOST -> ErrorType.UNSUPPORTED to "the platform does not attest"
        else -> ErrorType.THROTTLED to "the server asks to wait at $rung"
    }
    val code = (reply.cause as? AttesterException)?.code
    return ClientException(type, message, reply.status, reply.retryAfterMs, code, cause = reply.cause)
}

internal fun mistake(rung: String, status: Int?): ClientException = ClientException(
    ErrorType.MISCONFIGURED,
    "$rung answered $status: the request is wrong, and will be wrong again",
    status,
)

internal fun exhausted(what: String): ClientException =
    ClientException(ErrorType.THROTTLED, "the episode has used all its $what")
