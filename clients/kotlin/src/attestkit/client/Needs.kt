package attestkit.client

/** What a route asks for: one entry `Attest` of `WWW-Authenticate`. */
data class Need(
    /** `session`, `signature`, `challenge` or `token`; others may follow. */
    val need: String,
    /** The field in which a token has to be. */
    val header: String? = null,
    /** The audience of the server. */
    val realm: String? = null,
)

private const val TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
private val SEPARATORS = Regex("""[\s,]*+""")

/** A parameter (RFC 9110 §11.2). */
private val PARAMETER = Regex("""($TOKEN)\s*=\s*(?:"([^"\\]*+(?:\\.[^"\\]*+)*+)"|($TOKEN))(?=\s*(?:,|\z))""")

/** A scheme, alone, with a token68, or before its parameters (§11.3). */
private val SCHEME = Regex("""($TOKEN)(?=\s|,|\z)(?:\s+[A-Za-z0-9._~+/-]+=*(?=\s*(?:,|\z)))?""")

private val ESCAPED = Regex("""\\(.)""")

/** Reads the entries of the scheme `Attest`, up to the first text that is neither a scheme nor a parameter. */
fun readNeeds(field: String?): List<Need> {
    val text = field.orEmpty()
    val entries = mutableListOf<MutableMap<String, String>>()
    var isAttest = false
    var at = 0
    fun take(pattern: Regex): MatchResult? = pattern.matchAt(text, at)?.also { at = it.range.last + 1 }
    while (true) {
        take(SEPARATORS)
        val parameter = take(PARAMETER)
        if (parameter != null) {
            val (name, quoted, token) = parameter.destructured
            if (isAttest) entries.last()[name.lowercase()] = token.ifEmpty { quoted.replace(ESCAPED, "$1") }
            continue
        }
        val scheme = take(SCHEME) ?: break
        isAttest = scheme.groupValues[1].equals("attest", ignoreCase = true)
        if (isAttest) entries += mutableMapOf<String, String>()
    }
    return entries.mapNotNull { entry -> entry["need"]?.let { Need(it, entry["header"], entry["realm"]) } }
}
