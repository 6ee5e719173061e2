package attestkit.client

import com.example.app.Notice
import com.example.app.TransferViewModel
import com.example.app.noticeOf
import java.io.IOException
import kotlinx.coroutines.runBlocking
import okhttp3.Headers.Companion.headersOf
import okhttp3.MediaType
import okhttp3.Network
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.RequestBody
import okhttp3.RequestBody.Companion.toRequestBody
import okio.BufferedSink

private class Memory : Kept {
    var installation = Installation()

    override fun load() = installation

    override fun save(installation: Installation) {
        this.installation = installation
    }
}

/** An app, its storage and its server. */
private class World(attester: Attester = KeystoreAttester()) {
    val kept = Memory()
    val server = FakeServer()
    val attested = Attested(OkHttpClient(), FakeServer.AUDIENCE, FakeServer.AUDIENCE, attester, kept)

    fun send(path: String, body: RequestBody? = null, isSigned: Boolean = true, header: String? = null): Any? = typeOf {
        val request = Request.Builder().url(if (path.startsWith("/")) FakeServer.AUDIENCE + path else path)
        if (body != null) request.post(body)
        if (isSigned) request.tag(Signed::class, Signed)
        if (header != null) request.header(header, "mine")
        attested.http.newCall(request.build()).execute().use { it.code }
    }
}

private val json = """{"amount":10}""".toRequestBody()

private object Stream : RequestBody() {
    override fun contentType(): MediaType? = null

    override fun isOneShot() = true

    override fun writeTo(sink: BufferedSink) {
        sink.write(byteArrayOf(1))
    }
}

fun checkRequests() {
    FakeKeystore.reset()
    checkSigned()
    checkRefusals()
    checkLostKeys()
    checkOptions()
    checkState()
    checkApp()
    FakeKeystore.reset()
}

private fun checkSigned() {
    val world = World()
    compare("requests: the first one enrolls, and is signed", 200) { world.send("/transfers", json) }
    compare("requests: its calls", listOf("challenge attest", "attest", "challenge request", "POST /transfers signed")) {
        world.server.calls
    }
    compare("requests: no redirects", false to false) { world.attested.http.run { followRedirects to followSslRedirects } }
    val sent = checkNotNull(world.server.last)
    compare("requests: the bytes, sent once", """{"amount":10}""" to true) { textOf(sent) to sent.body?.isOneShot() }
    compare("requests: without a body", 200 to "GET /a?b=%5B%27%5D signed") { world.send("/a?b=%5B'%5D") to world.server.calls.last() }
    compare("requests: not signed", 200 to "GET /balance") { world.send("/balance", isSigned = false) to world.server.calls.last() }
    compare("requests: the session alone", false) { "X-App-Attest" in world.server.last!!.headers.map { it.first } }

    compare("requests: elsewhere without credentials", 200 to emptyList<String>()) {
        world.send("https://other.example/x", isSigned = false) to world.server.last!!.headers.map { it.first }
    }
    for (url in listOf("https://other.example/x", "http://api.example.com/x", "https://api.example.com:8443/x"))
        compare("requests: $url is not signed", ErrorType.MISCONFIGURED) { world.send(url) }
    compare("requests: the app’s own Authorization", ErrorType.MISCONFIGURED) { world.send("/x", header = "authorization") }
    compare("requests: a stream", ErrorType.MISCONFIGURED) { world.send("/x", Stream) }
    compare("requests: a segment of dots", ErrorType.MISCONFIGURED) { world.send("/a/../b") }
    compare("requests: no key, no signature", ErrorType.MISCONFIGURED) {
        World(object : KeylessAttester { override fun attest(over: Challenge) = mapOf("token" to "t") }).send("/x")
    }
}

private fun checkRefusals() {
    val world = World()
    val server = world.server
    world.send("/balance", isSigned = false)
    fun asked(vararg needs: String, isSigned: Boolean = true, body: RequestBody? = json): Any? {
        server.calls.clear()
        server.needs += needs
        return (world.send("/x", body, isSigned) to server.calls.toList()).also { server.needs.clear() }
    }
    val signed = listOf("challenge request", "POST /x signed")
    compare("requests: asked for a session", 200 to signed + "refresh" + signed) { asked("session") }
    compare("requests: asked for a signature", 200 to signed + signed) { asked("signature") }
    compare("requests: asked for a challenge", 200 to signed + signed) { asked("challenge") }
    compare("requests: each once", 200 to signed + "refresh" + signed + signed + signed) { asked("session", "challenge", "signature") }
    compare("requests: not twice", ErrorType.REFUSED to signed + signed) { asked("challenge", "challenge") }
    compare("requests: a token that it does not have", ErrorType.MISCONFIGURED to signed) { asked("token") }
    compare("requests: without the tag", ErrorType.MISCONFIGURED to listOf("POST /x")) { asked("signature", isSigned = false) }
    compare("requests: an answer of the API", 403 to signed) { asked("") }
    compare("requests: a stream cannot be sent again", 401 to listOf("POST /x")) { asked("session", isSigned = false, body = Stream) }
    compare("requests: a session is asked for again and again", ErrorType.REFUSED to signed + "refresh" + signed) { asked("session", "session") }

    val other = World()
    other.send("/balance", isSigned = false)
    other.server.realm = "https://other.example"
    other.server.needs += listOf("signature", "signature")
    compare("requests: another audience is a mistake of the app", ErrorType.MISCONFIGURED) { other.send("/x") }

    val broken = World(object : KeylessAttester {
        override fun attest(over: Challenge) = throw AttesterException(Problem.USER_ACTION_REQUIRED, "old", action = "Update.")
    })
    compare("requests: without a session too", 200) { broken.send("/open", isSigned = false) }
    broken.server.needs += "session"
    compare("requests: then it fails with the reason", ErrorType.USER_ACTION_REQUIRED) { broken.send("/balance", isSigned = false) }
}

private fun checkLostKeys() {
    val world = World()
    val server = world.server
    world.send("/x")
    val first = checkNotNull(world.kept.installation.key)
    FakeKeystore.entries.clear()
    compare("requests: a lost key begins anew, and the request is signed", 200) { world.send("/x") }
    compare("requests: by a new key", true) { world.kept.installation.key.let { it != null && it != first } }

    val second = checkNotNull(world.kept.installation.key)
    server.refuses += listOf("refresh", "assert")
    server.needs += "session"
    server.calls.clear()
    compare("requests: a key that was replaced", 200) { world.send("/x") }
    compare("requests: the old key signs for the new one", "attest replaces") { server.calls.single { it.startsWith("attest") } }
    compare("requests: and goes", setOf(world.kept.installation.key)) { FakeKeystore.entries.keys.toSet<String?>() - first }
    compare("requests: it was another", true) { world.kept.installation.key != second }

    server.calls.clear()
    world.attested.forget()
    compare("requests: forget", listOf("revoke")) { server.calls }
    compare("requests: nothing is left", Installation() to emptySet<String>()) { world.kept.installation to FakeKeystore.entries.keys.toSet() }
    world.attested.ready()
    server.calls.clear()
    world.attested.ready()
    compare("requests: ready has a session", emptyList<String>()) { server.calls }
    world.attested.ready(renew = true)
    compare("requests: ready renews", listOf("refresh")) { server.calls }
}

private fun checkOptions() {
    FakeServer()
    val usual = Network.answer
    val paths = mutableListOf<String>()
    var session: String? = null
    // A server with another path and another header field, over the usual one.
    Network.answer = { client, request ->
        val path = splitUrl("${request.url}").target.substringBefore('?')
        paths += path
        session = request.header("x-session")
        val inner = request.newBuilder().url("${request.url}".replace("/v1/phones/", "/device/"))
        session?.let { inner.header("Authorization", "Bearer $it") }
        usual(client, inner.build())
    }
    val attested = Attested(
        OkHttpClient(),
        FakeServer.AUDIENCE,
        FakeServer.AUDIENCE,
        KeystoreAttester(),
        Memory(),
        devicePath = "/v1/phones",
        sessionHeader = "x-session",
    )
    compare("options: another path and header field", 200) {
        attested.http.newCall(Request.Builder().url("${FakeServer.AUDIENCE}/x").build()).execute().use { it.code }
    }
    compare("options: the paths", listOf("/v1/phones/challenge", "/v1/phones/attest", "/x")) { paths }
    compare("options: the session without Bearer", true) { session?.startsWith("session-") }
}

private fun checkState() {
    val world = World()
    compare("state: before the first request", ClientState(null, false, false, false, false, null)) { world.attested.state() }
    world.attested.ready()
    compare("state: enrolled", ClientState(world.kept.installation.label, true, false, true, true, null)) { world.attested.state() }
    compare("state: it has a label", true) { world.attested.state().label != null }
    val broken = World(object : KeylessAttester {
        override fun attest(over: Challenge) = throw AttesterException(Problem.TRY_LATER, "busy")
    })
    compare("state: fails", ErrorType.THROTTLED) { typeOf { broken.attested.ready() } }
    val pause = broken.attested.state().pause
    compare("state: the pause", ErrorType.THROTTLED to true) { pause?.type to (pause!!.leftMs in 1..1_500) }
}

private fun checkApp() {
    val world = World()
    val model = TransferViewModel(world.attested)
    fun shown(): Notice? {
        runBlocking { model.transfer("t-1", 10, "DE02").join() }
        return model.notice.value
    }
    compare("app: a transfer", null to """{"id":"t-1","amount":10,"to":"DE02"}""") { shown() to textOf(world.server.last!!) }
    world.server.needs += ""
    compare("app: the API refuses", Notice("The transfer was not accepted (403).")) { shown() }
    world.server.needs.addAll(listOf("challenge", "challenge"))
    compare("app: the device is refused", true) { shown()!!.isForSupport }
    compare("app: no answer", 2_000L) { noticeOf(IOException()).tryAgainMs }
    compare("app: the user has to act", "Update.") {
        noticeOf(ClientException(ErrorType.USER_ACTION_REQUIRED, "old", action = "Update.")).text
    }
}
