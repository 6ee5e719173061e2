package attestkit.client

import android.app.Application
import com.google.android.gms.tasks.Task
import com.google.android.play.core.integrity.IntegrityManagerFactory
import com.google.android.play.core.integrity.StandardIntegrityException
import com.google.android.play.core.integrity.StandardIntegrityManager
import com.google.android.play.core.integrity.StandardIntegrityManager.PrepareIntegrityTokenRequest
import com.google.android.play.core.integrity.StandardIntegrityManager.StandardIntegrityToken
import com.google.android.play.core.integrity.StandardIntegrityManager.StandardIntegrityTokenProvider
import com.google.android.play.core.integrity.StandardIntegrityManager.StandardIntegrityTokenRequest

private val over = Challenge("challenge-1", "label-1", "hash-1")

/** The end of each code, as documented: the same table as that of the client in TypeScript. */
private val PROBLEMS = mapOf(
    Problem.USER_ACTION_REQUIRED to listOf(-1, -2, -6, -9, -14, -15),
    Problem.MISCONFIGURED to listOf(-5, -16, -17),
    Problem.UNSUPPORTED to listOf(-7),
    Problem.TRY_LATER to listOf(0, -3, -8, -12, -18, -19, -100, -999),
)

private class FakePlay : StandardIntegrityManager {
    val calls = mutableListOf<String>()
    var fails: Exception? = null
    var isSilent = false

    override fun prepareIntegrityToken(request: PrepareIntegrityTokenRequest): Task<StandardIntegrityTokenProvider> {
        calls += "prepare ${request.number}"
        return ended { Provider() }
    }

    private inner class Provider : StandardIntegrityTokenProvider {
        override fun request(request: StandardIntegrityTokenRequest): Task<StandardIntegrityToken> {
            calls += "request ${request.hash}"
            return ended { object : StandardIntegrityToken() { override fun token() = "token-1" } }
        }
    }

    private fun <T> ended(value: () -> T): Task<T> = object : Task<T>() {
        override val ended = if (isSilent) null else Result.success(Unit).mapCatching { fails?.let { throw it } ?: value() }
    }
}

fun checkPlay() {
    val play = FakePlay()
    IntegrityManagerFactory.manager = play
    val attester = PlayIntegrityAttester(Application(), 123456789012)
    val evidence = mapOf("integrity_token" to "token-1", "package_name" to "com.example.app")
    compare("play: token and package", evidence) { attester.attest(over) }
    attester.attest(over)
    compare("play: prepared each time, bound to the hash", List(2) { listOf("prepare 123456789012", "request hash-1") }.flatten()) {
        play.calls
    }
    for ((problem, codes) in PROBLEMS)
        for (code in codes)
            compare("play: code $code", problem to "$code") {
                play.fails = StandardIntegrityException(code)
                failureOf { attester.attest(over) }
            }
    compare("play: the user is told what to do", listOf(true, true, false)) {
        listOf(-2, -14, -3).map { code ->
            play.fails = StandardIntegrityException(code)
            runCatching { attester.attest(over) }.exceptionOrNull().let { (it as AttesterException).action != null }
        }
    }
    play.fails = IllegalStateException()
    compare("play: not of Google", Problem.TRY_LATER to null) { failureOf { attester.attest(over) } }
    play.isSilent = true
    compare("play: no answer", Problem.TRY_LATER to null) { failureOf { attester.attest(over) } }
    play.isSilent = false
    play.fails = null
    FakeKeystore.reset()
    compare("play: with a key in one body", setOf("certificate_chain", "integrity_token", "package_name")) {
        KeystoreWithPlay(KeystoreAttester(), attester).attest("a", over).keys
    }
    FakeKeystore.reset()
}
