package attestkit.client

/** An absolute URL in the two parts that matter here. */
data class SplitUrl(
    /** Scheme, host and port, in lower case. */
    val origin: String,
    /** Path and query, as they go on the request line. */
    val target: String,
)

private val ABSOLUTE = Regex("""(https?://[A-Za-z0-9.:\[\]_-]+)([/?#].*)?""")

/** What no URL on the wire has: white space, characters outside ASCII, and those that every client encodes in its own way. */
private val UNSAFE = Regex("""[^!-~]|["<>\\^`{|}]""")

/** A dot segment, which clients and proxies take away. */
private val DOTS = Regex("""/(?:\.|%2e){1,2}(?=[/?#]|\z)""", RegexOption.IGNORE_CASE)

/**
 * Splits a URL by its text: the parsers of phones differ from each other and from the server's.
 *
 * @throws ClientException `MISCONFIGURED` if it is not absolute
 */
fun splitUrl(url: String): SplitUrl {
    val (origin, rest) = ABSOLUTE.matchEntire(url)?.destructured
        ?: throw ClientException(ErrorType.MISCONFIGURED, "${shown(url)} is not an absolute URL of http or https")
    val target = rest.substringBefore('#')
    return SplitUrl(origin.lowercase(), if (target.startsWith('/')) target else "/$target")
}

/**
 * Asserts that a target reaches the server as it is written.
 *
 * @throws ClientException `MISCONFIGURED`
 */
fun assertSignable(target: String) {
    if (UNSAFE.containsMatchIn(target))
        throw ClientException(
            ErrorType.MISCONFIGURED,
            "${shown(target)} has characters that have to be percent-encoded before it is signed",
        )
    if (DOTS.containsMatchIn(target))
        throw ClientException(
            ErrorType.MISCONFIGURED,
            "${shown(target)} has a segment of dots, which are taken away on the way",
        )
}

private fun shown(text: String): String = "\"${if (text.length > 80) "${text.take(80)}…" else text}\""
