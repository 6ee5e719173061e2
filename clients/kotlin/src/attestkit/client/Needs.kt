package attestkit.client

/** What a route asks for: one entry `Attest` of `WWW-Authenticate`. */
data class Need(
    /** `session`, `signature`, `challenge` or `token`; others may follow. */
    val need: String,
    /** The field in which a token has to be. */
    val header: String? = null,
)

private const val TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"

/** A scheme with a parameter behind it, or a parameter (RFC 9110 §11.6.1). */
private val PARAMETER =
    Regex("""\s*(?:($TOKEN)\s+)?($TOKEN)\s*=\s*(?:"([^"\\]*+(?:\\.[^"\\]*+)*+)"|($TOKEN))\s*(?:,|\z)""")

/** Reads the entries of the scheme `Attest`; others are passed over. Reading ends at what is no parameter. */
fun readNeeds(field: String?): List<Need> {
    val entries = mutableListOf<MutableMap<String, String>>()
    var isAttest = false
    for (found in parametersOf(field.orEmpty())) {
        val (scheme, name, quoted, token) = found.destructured
        if (scheme.isNotEmpty()) {
            isAttest = scheme.equals("attest", ignoreCase = true)
            if (isAttest) entries += mutableMapOf<String, String>()
        }
        if (isAttest) entries.last()[name.lowercase()] = token.ifEmpty { quoted.replace(Regex("""\\(.)"""), "$1") }
    }
    return entries.mapNotNull { entry -> entry["need"]?.let { Need(it, entry["header"]) } }
}

/** Each begins where the one before it ends. */
private fun parametersOf(field: String): Sequence<MatchResult> =
    generateSequence(PARAMETER.matchAt(field, 0)) { PARAMETER.matchAt(field, it.range.last + 1) }
