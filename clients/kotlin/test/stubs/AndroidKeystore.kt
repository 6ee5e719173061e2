package android.security.keystore

import java.security.ProviderException
import java.security.spec.AlgorithmParameterSpec

object KeyProperties {
    const val KEY_ALGORITHM_EC = "EC"
    const val PURPOSE_SIGN = 4
    const val DIGEST_SHA256 = "SHA-256"
}

class KeyGenParameterSpec private constructor(builder: Builder) : AlgorithmParameterSpec {
    val keystoreAlias: String = builder.alias
    val purposes: Int = builder.purposes
    val algorithmParameterSpec: AlgorithmParameterSpec? = builder.parameters
    val digests: Array<out String> = builder.digests
    val attestationChallenge: ByteArray? = builder.challenge
    val isStrongBoxBacked: Boolean = builder.isStrongBoxBacked

    class Builder(internal val alias: String, internal val purposes: Int) {
        internal var parameters: AlgorithmParameterSpec? = null
        internal var digests: Array<out String> = emptyArray()
        internal var challenge: ByteArray? = null
        internal var isStrongBoxBacked = false

        fun setAlgorithmParameterSpec(spec: AlgorithmParameterSpec): Builder = apply { parameters = spec }

        fun setDigests(vararg digests: String): Builder = apply { this.digests = digests }

        /** Since API 24. */
        fun setAttestationChallenge(attestationChallenge: ByteArray?): Builder = apply { challenge = attestationChallenge }

        /** Since API 28. */
        fun setIsStrongBoxBacked(isStrongBoxBacked: Boolean): Builder = apply { this.isStrongBoxBacked = isStrongBoxBacked }

        fun build() = KeyGenParameterSpec(this)
    }
}

/** Since API 28. */
class StrongBoxUnavailableException : ProviderException("this phone does not have StrongBox")
