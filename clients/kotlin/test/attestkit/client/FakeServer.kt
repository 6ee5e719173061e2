package attestkit.client

import okhttp3.Headers.Companion.headersOf
import okhttp3.Network
import okhttp3.Request
import okhttp3.Response

/** The server, as far as the app sees it: it verifies the signatures of [FakeKeystore]. */
class FakeServer {
    /** What was called, in order. */
    val calls = mutableListOf<String>()

    /** What the next requests to the API are refused with: a need, or nothing for an answer of the API's own. */
    val needs = ArrayDeque<String>()

    /** Device endpoints that answer 401, once each. */
    val refuses = mutableListOf<String>()

    /** The audience that it names in its refusals. */
    var realm = AUDIENCE

    var last: Request? = null
    private var count = 0
    private val sessions = mutableMapOf<String, String?>()
    private var refresh = ""

    init {
        Network.answer = { _, request -> answer(request) }
    }

    private fun answer(request: Request): Response {
        val target = splitUrl("${request.url}").target
        if (target.startsWith("/device/")) return endpoint(request, target.removePrefix("/device/"))
        last = request
        if (!"${request.url}".startsWith("$AUDIENCE/")) return Response(request, 200, headersOf(), "{}")
        calls += listOfNotNull(request.method, target, request.header("X-App-Attest")?.let { "signed" }).joinToString(" ")
        request.header("X-App-Attest")?.let { verify(request, target, it) }
        val need = needs.removeFirstOrNull() ?: return Response(request, 200, headersOf(), "{}")
        if (need == "") return Response(request, 403, headersOf(), "{}")
        val field = "Attest realm=\"$realm\", need=\"$need\""
        return Response(request, 401, headersOf("WWW-Authenticate", field, "WWW-Authenticate", "Bearer realm=\"x\""), "{}")
    }

    private fun verify(request: Request, target: String, field: String) {
        val parts = field.split("; ").associate { it.substringBefore('=') to it.substringAfter('=') }
        val body = utf8(textOf(request))
        val lines = requestLines(AUDIENCE, request.method, target, body, parts.getValue("challenge"))
        val token = request.header("Authorization")!!.removePrefix("Bearer ")
        check(sessions.getValue(token) == parts.getValue("key_id")) { "the key is not that of the session" }
        check(parts.getValue("challenge") == "challenge-$count") { "the challenge is not the last one" }
        check(FakeKeystore.verifies(parts.getValue("key_id"), lines, parts.getValue("signature"))) { "the signature is wrong" }
    }

    private fun endpoint(request: Request, path: String): Response {
        if (path.startsWith("challenge")) {
            calls += "challenge ${path.substringAfter("purpose=")}"
            count += 1
            return Response(request, 200, headersOf(), """{"challenge":"challenge-$count","expires_in":300}""")
        }
        val body = Json(readJson(textOf(request)))
        calls += if ("previous_signature" in body) "$path replaces" else path
        if (refuses.remove(path)) return Response(request, 401, headersOf(), "{}")
        if (path == "revoke") return Response(request, 200, headersOf(), "{}")
        if (path == "refresh") check(body.text("refresh_token") == refresh) { "not the last refresh token" }
        val keyId = keyIdOf(path, body)
        count += 1
        sessions["session-$count"] = keyId
        refresh = "refresh-$count"
        return Response(request, 200, headersOf(), ISSUED.replace("-1\"", "-$count\""))
    }

    private fun keyIdOf(path: String, body: Json): String? {
        if (path == "refresh") return sessions.values.last()
        val chain = body.value("certificate_chain") as? List<*> ?: return null
        val keyId = keyIdOfLeaf(chain.first() as String)
        val old = body.textOrNull("previous_key_id") ?: return keyId
        val lines = replaceLines(AUDIENCE, body.text("device_id"), body.text("challenge"), keyId)
        check(FakeKeystore.verifies(old, lines, body.text("previous_signature"))) { "the old key did not sign" }
        return keyId
    }

    companion object {
        const val AUDIENCE = "https://api.example.com"
    }
}
