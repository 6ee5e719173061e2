package attestkit.client

/** What the vectors are written in: objects are maps, numbers whole. */
fun readJson(text: String): Any? = JsonReader(text).document()

private class JsonReader(private val text: String) {
    private var at = 0

    fun document(): Any? {
        val value = value()
        check(next() == null) { "something follows at $at" }
        return value
    }

    private fun value(): Any? = when (val first = next()) {
        '{' -> members('}') { string().also { take(':') } to value() }.toMap()
        '[' -> members(']') { value() }
        '"' -> string()
        else -> literal(first)
    }

    /** What stands between two brackets, with commas between. */
    private fun <T> members(end: Char, member: () -> T): List<T> {
        at += 1
        val found = mutableListOf<T>()
        while (next() != end) {
            if (found.isNotEmpty()) take(',')
            found += member()
        }
        at += 1
        return found
    }

    private fun string(): String {
        take('"')
        return buildString {
            while (text[at] != '"') append(if (text[at] == '\\') escaped() else text[at++])
            at += 1
        }
    }

    private fun escaped(): Char {
        val letter = text[at + 1]
        at += 2
        if (letter == 'u') {
            at += 4
            return text.substring(at - 4, at).toInt(16).toChar()
        }
        return ESCAPES.getOrDefault(letter, letter)
    }

    private fun literal(first: Char?): Any? {
        val begin = at
        while (at < text.length && (text[at].isLetterOrDigit() || text[at] == '-')) at += 1
        val word = text.substring(begin, at)
        return when (word) {
            "null" -> null
            "true" -> true
            "false" -> false
            else -> checkNotNull(word.toLongOrNull()) { "no value begins with $first at $at" }
        }
    }

    private fun take(character: Char) {
        check(next() == character) { "$character is missing at $at" }
        at += 1
    }

    /** The next character that is not white space; null at the end. */
    private fun next(): Char? {
        while (at < text.length && text[at] in " \t\r\n") at += 1
        return text.getOrNull(at)
    }

    private companion object {
        val ESCAPES = mapOf('b' to '\b', 'f' to '\u000c', 'n' to '\n', 'r' to '\r', 't' to '\t')
    }
}
