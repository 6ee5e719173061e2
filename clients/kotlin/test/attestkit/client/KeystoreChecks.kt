package attestkit.client

import android.os.Build
import android.security.KeyStoreException
import android.security.keystore.StrongBoxUnavailableException
import java.security.InvalidAlgorithmParameterException
import java.security.ProviderException
import java.security.UnrecoverableKeyException

private val over = Challenge("challenge-1", "label-1", "hash-1")

fun checkKeystore() {
    checkKeys()
    checkAttesting()
    checkSigning()
    FakeKeystore.reset()
}

private fun checkKeys() {
    FakeKeystore.reset()
    val keys = KeystoreAttester()
    val (old, new) = keys.createKey() to keys.createKey()
    compare("keystore: each key has an alias of its own", true) { old != new && old.startsWith("attestkit-") }
    val chain = keys.attest(old, over)["certificate_chain"] as List<*>
    keys.attest(new, over)
    val spec = FakeKeystore.entries.getValue(old).spec
    compare("keystore: the chain, the leaf first", FakeKeystore.entries.getValue(old).chain.map { base64url(it.encoded) }) { chain }
    compare("keystore: the challenge as text", "challenge-1") { spec.attestationChallenge?.decodeToString() }
    compare("keystore: SHA-256 to sign", listOf("SHA-256") to 4) { spec.digests.toList() to spec.purposes }
    compare("keystore: StrongBox first", true) { spec.isStrongBoxBacked }
    compare("keystore: the id after a restart", keys.keyId(old)) { KeystoreAttester().keyId(old) }
    compare("keystore: it signs text", true) { FakeKeystore.verifies(keys.keyId(old), "ä", keys.sign(old, "ä")) }
    compare("keystore: the other key too", true) { FakeKeystore.verifies(keys.keyId(new), "b", keys.sign(new, "b")) }
    keys.deleteKey(old)
    compare("keystore: a deleted key", setOf(new)) { FakeKeystore.entries.keys.toSet() }
    compare("keystore: its id", Problem.KEY_LOST to null) { failureOf { keys.keyId(old) } }
    compare("keystore: its signature", Problem.KEY_LOST to null) { failureOf { keys.sign(old, "a") } }
}

private fun checkAttesting() {
    FakeKeystore.reset()
    val keys = KeystoreAttester()
    val tried = mutableListOf<Boolean>()
    FakeKeystore.generating = { tried += it.isStrongBoxBacked; if (it.isStrongBoxBacked) StrongBoxUnavailableException() else null }
    keys.attest("a", over)
    compare("keystore: without StrongBox in the TEE", listOf(true, false)) { tried }
    Build.VERSION.SDK_INT = 27
    keys.attest("b", over)
    compare("keystore: Android 8 does not have StrongBox", listOf(true, false, false)) { tried }

    fun problemOf(error: Exception, sdk: Int = 36): Any? {
        Build.VERSION.SDK_INT = sdk
        FakeKeystore.generating = { error }
        return failureOf { keys.attest("c", over) }.also { Build.VERSION.SDK_INT = 36 }
    }
    fun wrapped(failure: KeyStoreException) = ProviderException("failed", failure)
    compare("keystore: no keys for now", Problem.TRY_LATER to "16") { problemOf(wrapped(KeyStoreException(16, isTransientFailure = true))) }
    compare("keystore: no keys for ever", Problem.UNSUPPORTED to "16") { problemOf(wrapped(KeyStoreException(16))) }
    compare("keystore: not implemented", Problem.UNSUPPORTED to "12") { problemOf(wrapped(KeyStoreException(12, isSystemError = true))) }
    compare("keystore: the challenge is too long", Problem.MISCONFIGURED to "9") { problemOf(wrapped(KeyStoreException(9))) }
    compare("keystore: another code", Problem.TRY_LATER to "10") { problemOf(wrapped(KeyStoreException(10))) }
    compare("keystore: the system is too old", Problem.USER_ACTION_REQUIRED to "16") {
        problemOf(wrapped(KeyStoreException(16, isTransientFailure = true, retryPolicy = KeyStoreException.RETRY_AFTER_NEXT_REBOOT)))
    }
    compare("keystore: Android 12 does not say why", Problem.TRY_LATER to "ProviderException") {
        problemOf(wrapped(KeyStoreException(16)), sdk = 32)
    }
    compare("keystore: no such curve", Problem.UNSUPPORTED to "InvalidAlgorithmParameterException") {
        problemOf(InvalidAlgorithmParameterException())
    }
    FakeKeystore.reset()
    FakeKeystore.chainLength = 1
    compare("keystore: a certificate alone", Problem.UNSUPPORTED to null) { failureOf { keys.attest("d", over) } }
}

private fun checkSigning() {
    FakeKeystore.reset()
    val keys = KeystoreAttester()
    keys.attest("a", over)
    fun problemOf(error: Exception): Any? {
        FakeKeystore.reading = error
        return failureOf { keys.sign("a", "text") }
    }
    compare("keystore: a key that cannot be read", Problem.KEY_LOST to "UnrecoverableKeyException") {
        problemOf(UnrecoverableKeyException())
    }
    fun wrapped(failure: KeyStoreException) = UnrecoverableKeyException().apply { initCause(failure) }
    compare("keystore: not now", Problem.TRY_LATER to "4") { problemOf(wrapped(KeyStoreException(4, isTransientFailure = true))) }
    compare("keystore: the system fails", Problem.TRY_LATER to "4") { problemOf(wrapped(KeyStoreException(4, isSystemError = true))) }
    compare("keystore: a corrupt key", Problem.KEY_LOST to "7") { problemOf(wrapped(KeyStoreException(7))) }
    compare("keystore: another failure", Problem.TRY_LATER to "ProviderException") { problemOf(ProviderException()) }
    FakeKeystore.reading = null
    val entry = FakeKeystore.entries.getValue("a")
    FakeKeystore.entries["a"] = FakeKeystore.Entry(FakeKeystore.DeadKey(), entry.publicKey, entry.chain, entry.spec)
    compare("keystore: a key that was invalidated", Problem.KEY_LOST to "InvalidKeyException") { failureOf { keys.sign("a", "text") } }
}

/** Problem and code of a failure of the platform. */
fun failureOf(ask: () -> Any?): Any? = try {
    ask()
} catch (error: AttesterException) {
    error.problem to error.code
}
