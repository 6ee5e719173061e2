package attestkit.client

/** When every episode begins, by the wall clock. */
private const val START = 1_800_000_000_000L

private val STATUS =
    mapOf("ok" to 200, "invalid" to 400, "unproven" to 401, "refused" to 403, "conflict" to 409, "busy" to 503)

/**
 * Runs an episode over a server, a platform and a storage that answer as the script says. A call that has no answer
 * left succeeds.
 */
class ScriptedEpisode(private val given: Json) {
    private val answers = given.objectOrNull("answers")
        .let { script -> script?.names.orEmpty().associateWith { ArrayDeque(script!!.objects(it)) } }
    private val calls = mutableListOf<Any?>()
    private val steps = mutableListOf<Any?>()
    private val counts = mutableMapOf<String, Int>()
    private var wall = START
    private var stored = given.objectOrNull("stored")?.let(::installationOf) ?: Installation()

    fun run(): Any? {
        val ended = try {
            val climbed = runEpisode(surroundings(), mustProve = given.value("mustProve") == true)
            made("session" to climbed.issued.session, "label" to climbed.label, "key" to climbed.key)
        } catch (error: ClientException) {
            made(
                "error" to wordOf(error.type),
                "status" to error.status?.toLong(),
                "retryAfterMs" to error.retryAfterMs,
                "code" to error.code,
                "action" to error.action,
            )
        }
        for ((call, left) in answers) check(left.isEmpty()) { "${left.size} answers of $call are left" }
        return made("calls" to calls, "steps" to steps, "stored" to jsonOf(stored), "ended" to ended)
    }

    private fun surroundings() = Surroundings(
        attester = if (given.text("attester") == "keyless") Keyless() else Keyed(constantOf(given.text("attester"))),
        audience = "https://api.example.com",
        kept = Stored(),
        endpoints = Server(),
        clock = { wall },
        newLabel = { next("label") },
        onStep = {
            steps += made(
                "rung" to wordOf(it.rung),
                "answer" to wordOf(it.answer),
                "next" to wordOf(it.next),
                "status" to it.status?.toLong(),
            )
        },
    )

    private fun next(what: String): String = "$what-${counts.merge(what, 1, Int::plus)}"

    private fun note(call: String, vararg facts: Pair<String, Any?>) {
        calls += made("call" to call, *facts)
    }

    /** The next answer to a call; it may take its time, and fail. */
    private fun answerTo(call: String): Json {
        val answer = answers[call]?.removeFirstOrNull() ?: Json(emptyMap<String, Any?>())
        wall += answer.number("afterMs") ?: 0
        when (val fails = answer.textOrNull("fails")) {
            null -> return answer
            "other" -> error("not of the attester")
            "misconfigured at the server" ->
                throw ClientException(ErrorType.MISCONFIGURED, "it redirects", answer.number("status")?.toInt())
            else -> throw AttesterException(
                constantOf(fails),
                "as the script says",
                answer.textOrNull("code"),
                answer.textOrNull("action"),
            )
        }
    }

    private inner class Stored : Kept {
        override fun load() = stored

        override fun save(installation: Installation) {
            note("save", "installation" to jsonOf(installation))
            answerTo("save")
            stored = installation
        }
    }

    private inner class Server : Endpoints {
        override fun challenge(label: String, purpose: Purpose): Reply<IssuedChallenge> {
            note("challenge", "label" to label, "purpose" to wordOf(purpose))
            return reply("challenge") { IssuedChallenge(next("challenge"), 300_000) }
        }

        override fun attest(body: Map<String, Any>): Reply<Issued> {
            note("attest", "body" to body)
            return reply("attest", ::issued)
        }

        override fun assert(body: Map<String, Any>): Reply<Issued> {
            note("assert", "body" to body)
            return reply("assert", ::issued)
        }

        override fun refresh(token: String): Reply<Issued> {
            note("refresh", "token" to token)
            return reply("refresh", ::issued)
        }

        override fun revoke(token: String): Reply<Unit> {
            note("revoke", "token" to token)
            return reply("revoke") { }
        }

        private fun issued() = Issued(next("session"), 1_800_000, next("refresh"), 2_592_000_000)

        private fun <T> reply(call: String, value: () -> T): Reply<T> {
            val scripted = answerTo(call)
            val word = scripted.textOrNull("answer") ?: "ok"
            val status = scripted.number("status")?.toInt() ?: STATUS[word]
            return Reply(constantOf(word), if (word == "ok") value() else null, status, scripted.number("retryAfterMs"))
        }
    }

    private inner class Keyed(override val proof: Proof) : KeyAttester {
        override fun createKey(): String {
            note("createKey")
            answerTo("createKey")
            return next("key")
        }

        override fun attest(key: String, over: Challenge): Map<String, Any> {
            note("attestKey", "key" to key, "challenge" to over.challenge)
            answerTo("attestKey")
            return mapOf("evidence" to next("evidence"))
        }

        /** It looks up what is known: no call that has to come in its place. */
        override fun keyId(key: String): String {
            answerTo("keyId")
            return "id-of-$key"
        }

        override fun sign(key: String, text: String): String {
            note("sign", "key" to key, "text" to text)
            answerTo("sign")
            return next("signed")
        }

        override fun deleteKey(key: String) {
            note("deleteKey", "key" to key)
            answerTo("deleteKey")
        }
    }

    private inner class Keyless : KeylessAttester {
        override fun attest(over: Challenge): Map<String, Any> {
            note(
                "attestApp",
                "challenge" to over.challenge,
                "deviceId" to over.deviceId,
                "requestHash" to over.requestHash,
            )
            answerTo("attestApp")
            return mapOf("token" to next("token"))
        }
    }
}

private fun installationOf(json: Json) = Installation(
    json.textOrNull("marker"),
    json.textOrNull("label"),
    json.textOrNull("key"),
    json.objectOrNull("pending")?.let { PendingKey(it.text("key"), it.value("sent") == true) },
    json.objectOrNull("refresh")?.let {
        RefreshToken(
            it.text("token"),
            checkNotNull(it.number("renewAt")),
            it.number("sentAt"),
            it.value("ended") == true,
        )
    },
)

private fun jsonOf(installation: Installation) = made(
    "format" to 1L,
    "marker" to installation.marker,
    "label" to installation.label,
    "key" to installation.key,
    "pending" to installation.pending?.let { made("key" to it.key, "sent" to it.sent) },
    "refresh" to installation.refresh?.let {
        made(
            "token" to it.token,
            "renewAt" to it.renewAt,
            "sentAt" to it.sentAt,
            "ended" to it.ended.takeIf { ended -> ended },
        )
    },
)
