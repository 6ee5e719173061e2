package attestkit.client

// Vectors are compared as values of JSON. A member that is not there and null are the same.

@Suppress("UNCHECKED_CAST")
class Json(value: Any?) {
    private val members = value as Map<String, Any?>

    val names: Set<String> get() = members.keys

    operator fun contains(name: String): Boolean = members[name] != null

    fun value(name: String): Any? = members[name]

    fun textOrNull(name: String): String? = members[name] as String?

    fun text(name: String): String = checkNotNull(textOrNull(name)) { "$name is missing" }

    fun number(name: String): Long? = members[name] as Long?

    fun objectOrNull(name: String): Json? = members[name]?.let(::Json)

    fun objects(name: String): List<Json> = (members[name] as List<Any?>? ?: emptyList()).map(::Json)
}

/** An object of JSON, without what is null. */
fun made(vararg members: Pair<String, Any?>): Map<String, Any?> = mapOf(*members).filterValues { it != null }

/** `ASSERT_KEY` as `assertKey`. */
fun wordOf(value: Any): String {
    val (first, rest) = value.toString().lowercase().split('_').let { it.first() to it.drop(1) }
    return first + rest.joinToString("") { it.replaceFirstChar(Char::uppercase) }
}

/** The constant of an enumeration by its word. */
inline fun <reified T : Enum<T>> constantOf(word: String): T = enumValues<T>().single { wordOf(it) == word }

fun hex(bytes: ByteArray): String = bytes.joinToString("") { "%02x".format(it) }

fun unhex(text: String): ByteArray = text.chunked(2).map { it.toInt(16).toByte() }.toByteArray()
