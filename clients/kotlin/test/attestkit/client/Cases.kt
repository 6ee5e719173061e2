package attestkit.client

/** What the core makes of a case, by the name of its file. */
val CASES: Map<String, (Json) -> Any?> = mapOf(
    "bytes" to ::bytesOf,
    "lines" to ::linesOf,
    "fields" to { given ->
        val proof = constantOf<Proof>(given.text("proof"))
        made("field" to proofField(proof, given.text("keyId"), given.text("signed"), given.textOrNull("challenge")))
    },
    "needs" to { given ->
        made("needs" to readNeeds(given.textOrNull("field")).map { made("need" to it.need, "header" to it.header) })
    },
    "targets" to ::targetOf,
    "key-ids" to { given -> orError { made("keyId" to keyIdOfLeaf(given.text("leaf"))) } },
    "episodes" to { given -> ScriptedEpisode(given).run() },
)

private fun bytesOf(given: Json): Any? {
    if ("base64" in given) {
        val decoded = decodeBase64(given.text("base64")) ?: return made("error" to "malformed")
        return made("bytes" to hex(decoded))
    }
    val bytes = given.textOrNull("bytes")?.let(::unhex) ?: utf8(textOf(given))
    return made("bytes" to hex(bytes), "sha256" to hex(sha256(bytes)), "base64url" to base64url(bytes))
}

private fun textOf(given: Json): String {
    val units = given.textOrNull("utf16") ?: return given.text("text").repeat(given.number("times")?.toInt() ?: 1)
    return units.chunked(4).map { it.toInt(16).toChar() }.joinToString("")
}

private fun linesOf(given: Json): Any? {
    fun text(name: String) = given.text(name)
    val text = when (val kind = text("kind")) {
        "enrollment" -> return made("text" to enrollmentHash(text("challenge"), text("label")))
        "session" -> sessionLines(text("audience"), text("label"), text("challenge"))
        "replace" -> replaceLines(text("audience"), text("label"), text("challenge"), text("newKeyId"))
        "request" -> requestLines(
            text("audience"),
            text("method"),
            text("target"),
            unhex(text("body")),
            given.textOrNull("challenge"),
        )
        else -> error("no lines of the kind $kind")
    }
    return made("text" to text, "sha256" to hex(sha256(utf8(text))))
}

private fun targetOf(given: Json): Any? = orError {
    val url = given.text("url")
    val (origin, target) = splitUrl(url)
    val signable = orError { made("sent" to signableUrl(url)) }
    made("origin" to origin, "target" to target, "signable" to signable)
}

private fun orError(make: () -> Any?): Any? = try {
    make()
} catch (error: ClientException) {
    made("error" to wordOf(error.type))
} catch (error: AttesterException) {
    made("error" to wordOf(error.problem))
}
