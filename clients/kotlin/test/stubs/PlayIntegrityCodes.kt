package com.google.android.play.core.integrity.model

object StandardIntegrityErrorCode {
    const val NO_ERROR = 0
    const val API_NOT_AVAILABLE = -1
    const val PLAY_STORE_NOT_FOUND = -2
    const val NETWORK_ERROR = -3
    const val APP_NOT_INSTALLED = -5
    const val PLAY_SERVICES_NOT_FOUND = -6
    const val APP_UID_MISMATCH = -7
    const val TOO_MANY_REQUESTS = -8
    const val CANNOT_BIND_TO_SERVICE = -9
    const val GOOGLE_SERVER_UNAVAILABLE = -12
    const val PLAY_STORE_VERSION_OUTDATED = -14
    const val PLAY_SERVICES_VERSION_OUTDATED = -15
    const val CLOUD_PROJECT_NUMBER_IS_INVALID = -16
    const val REQUEST_HASH_TOO_LONG = -17
    const val CLIENT_TRANSIENT_ERROR = -18
    const val INTEGRITY_TOKEN_PROVIDER_INVALID = -19
    const val INTERNAL_ERROR = -100
}
