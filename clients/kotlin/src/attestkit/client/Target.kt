package attestkit.client

/** An absolute URL in the two parts that matter here. */
data class SplitUrl(
    /** Scheme, host and port, in lower case. */
    val origin: String,
    /** Path and query, as they go on the request line. */
    val target: String,
)

/** Without `IGNORE_CASE`, by which the Kelvin sign is a letter of ASCII. */
private val ABSOLUTE = Regex("""([Hh][Tt][Tt][Pp][Ss]?://[A-Za-z0-9.:\[\]_-]+)([/?#].*)?""")

/** What no URL on the wire has: white space, characters outside ASCII, and those that clients encode differently. */
private val UNSAFE = Regex("""[^!-~]|["<>\\^`{|}]""")

/** A dot segment, which clients and proxies take away. */
private val DOTS = Regex("""/(?:\.|%2[eE]){1,2}(?=/|\z)""")

/**
 * Splits a URL by its text: the parsers of phones differ from each other and from the server's.
 *
 * @throws ClientException `MISCONFIGURED` if it is not absolute
 */
fun splitUrl(url: String): SplitUrl {
    val (origin, rest) = partsOf(url)
    val target = rest.substringBefore('#')
    return SplitUrl(withoutDefaultPort(origin.lowercase()), if (target.startsWith('/')) target else "/$target")
}

/**
 * The URL in the one form that every client sends as it is: some encode an apostrophe of a query and brackets, some
 * drop an empty query. Sign the target of this one, and send it.
 *
 * @throws ClientException `MISCONFIGURED` if its target can change on the way
 */
fun signableUrl(url: String): String {
    val (origin, rest) = partsOf(url.substringBefore('#'))
    val path = rest.substringBefore('?').ifEmpty { "/" }
    val query = rest.substringAfter('?', "").replace("'", "%27")
    val target = (if (query.isEmpty()) path else "$path?$query").replace("[", "%5B").replace("]", "%5D")
    if (UNSAFE.containsMatchIn(target))
        throw ClientException(
            ErrorType.MISCONFIGURED,
            "${shown(url)} has to be percent-encoded before it is signed",
        )
    if (DOTS.containsMatchIn(path))
        throw ClientException(ErrorType.MISCONFIGURED, "${shown(url)} has a segment of dots, which does not arrive")
    return origin + target
}

/** The origin as it is written, and what follows. */
private fun partsOf(url: String): MatchResult.Destructured = ABSOLUTE.matchEntire(url)?.destructured
    ?: throw ClientException(ErrorType.MISCONFIGURED, "${shown(url)} is not an absolute URL of http or https")

/** The port that a scheme has by itself is left out. */
private fun withoutDefaultPort(origin: String): String =
    origin.removeSuffix(if (origin.startsWith("https:")) ":443" else ":80")

private fun shown(text: String): String = "\"${if (text.length > 80) "${text.take(80)}…" else text}\""
