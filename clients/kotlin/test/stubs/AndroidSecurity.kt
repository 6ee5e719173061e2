package android.security

/** Public since API 33. In Android only the system makes one. */
open class KeyStoreException(
    open val numericErrorCode: Int,
    open val isTransientFailure: Boolean = false,
    open val isSystemError: Boolean = false,
    open val retryPolicy: Int = RETRY_NEVER,
) : Exception("code $numericErrorCode") {
    companion object {
        const val ERROR_KEY_CORRUPTED = 7
        const val ERROR_ATTESTATION_CHALLENGE_TOO_LARGE = 9
        const val ERROR_KEYMINT_FAILURE = 10
        const val ERROR_UNIMPLEMENTED = 12
        const val ERROR_INCORRECT_USAGE = 13
        const val ERROR_ATTESTATION_KEYS_UNAVAILABLE = 16
        const val RETRY_NEVER = 1

        /** Since API 34. */
        const val RETRY_AFTER_NEXT_REBOOT = 4
    }
}
