package attestkit.client

import java.io.IOException
import okhttp3.Headers
import okhttp3.Headers.Companion.headersOf
import okhttp3.Network
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.Response
import okio.Buffer

const val ISSUED = """{"session_token":"session-1","expires_in":1800,"refresh_token":"refresh-1","refresh_expires_in":2592000}"""

fun textOf(request: Request): String = Buffer().also { request.body?.writeTo(it) }.readByteArray().decodeToString()

fun checkEndpoints() {
    lateinit var sent: Pair<OkHttpClient, Request>
    fun answering(status: Int, text: String = "{}", headers: Headers = headersOf()) {
        Network.answer = { client, request -> Response(request, status, headers, text).also { sent = client to request } }
    }
    val endpoints = HttpEndpoints(OkHttpClient(), "https://api.example.com/device") { headersOf("X-Login", "anna") }

    answering(200, ISSUED)
    val issued = endpoints.attest(mapOf("challenge" to "c", "certificate_chain" to listOf("a", "b")))
    val (client, request) = sent
    compare("endpoints: attest", "POST https://api.example.com/device/attest") { "${request.method} ${request.url}" }
    compare("endpoints: its body", """{"challenge":"c","certificate_chain":["a","b"]}""") { textOf(request) }
    compare("endpoints: JSON, sent once", "application/json" to true) { "${request.body?.contentType()}" to request.body?.isOneShot() }
    compare("endpoints: the login", "anna") { request.header("X-Login") }
    compare("endpoints: no redirects", false to false) { client.followRedirects to client.followSslRedirects }
    compare("endpoints: time for the server", 40_000 to 40_000) { client.callTimeoutMillis to client.readTimeoutMillis }
    compare("endpoints: the session", listOf("session-1", 1_800_000L, "refresh-1", 2_592_000_000L)) {
        issued.value?.run { listOf(session, expiresInMs, refreshToken, refreshExpiresInMs) }
    }
    endpoints.refresh("r")
    compare("endpoints: refresh", """{"refresh_token":"r"}""" to 20_000) { sent.let { textOf(it.second) to it.first.callTimeoutMillis } }
    endpoints.revoke("r")
    compare("endpoints: revoke", """https://api.example.com/device/revoke {"token":"r"}""") { sent.second.let { "${it.url} ${textOf(it)}" } }
    answering(200, """{"challenge":"AQEB-_","expires_in":300}""")
    compare("endpoints: a challenge", "AQEB-_" to 300_000L) {
        endpoints.challenge("label", Purpose.REQUEST).value?.run { challenge to expiresInMs }
    }
    compare("endpoints: its URL", "GET https://api.example.com/device/challenge?device_id=label&purpose=request") {
        sent.second.let { "${it.method} ${it.url}" }
    }
    val answers = mapOf(
        400 to Answer.INVALID, 401 to Answer.UNPROVEN, 403 to Answer.REFUSED, 409 to Answer.CONFLICT,
        429 to Answer.BUSY, 500 to Answer.BUSY, 503 to Answer.BUSY, 204 to Answer.SILENT, 418 to Answer.SILENT,
    )
    for ((status, answer) in answers)
        compare("endpoints: $status", answer to status) {
            answering(status)
            endpoints.refresh("r").run { this.answer to this.status }
        }
    for (status in listOf(301, 302, 303, 307, 308, 404, 405, 413))
        compare("endpoints: $status", ErrorType.MISCONFIGURED) {
            answering(status)
            typeOf { endpoints.refresh("r") }
        }
    for ((field, wait) in mapOf("7" to 7_000L, "99999" to 600_000L, "-1" to 0L, "soon" to null))
        compare("endpoints: Retry-After $field", wait) {
            answering(503, headers = headersOf("Retry-After", field))
            endpoints.refresh("r").retryAfterMs
        }
    for (text in listOf("<html>", "{}", ISSUED.replace("session-1", "a b"), ISSUED.replace("1800", "0"), ISSUED.replace("1800", "\"x\"")))
        compare("endpoints: 200 $text", Answer.SILENT) {
            answering(200, text)
            endpoints.refresh("r").answer
        }
    compare("endpoints: a challenge with a line feed", Answer.SILENT) {
        answering(200, """{"challenge":"a\nb","expires_in":300}""")
        endpoints.challenge("label", Purpose.ATTEST).answer
    }
    compare("endpoints: no network", Answer.SILENT) {
        Network.answer = { _, _ -> throw IOException("no route") }
        endpoints.refresh("r").answer
    }
}
