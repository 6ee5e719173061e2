package attestkit.client

import java.security.MessageDigest

/** The bytes of a text in UTF-8. Half a pair of surrogates becomes U+FFFD, where the JVM writes a question mark. */
fun utf8(text: String): ByteArray = buildString(text.length) {
    var at = 0
    while (at < text.length) {
        val unit = text[at++]
        val isPair = unit.isHighSurrogate() && at < text.length && text[at].isLowSurrogate()
        when {
            isPair -> append(unit).append(text[at++])
            unit.isSurrogate() -> append('\uFFFD')
            else -> append(unit)
        }
    }
}.toByteArray(Charsets.UTF_8)

/** SHA-256 (FIPS 180-4 §6.2): 32 bytes. */
fun sha256(bytes: ByteArray): ByteArray = MessageDigest.getInstance("SHA-256").digest(bytes)

private const val DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

/** Base64url without padding (RFC 4648 §5). `java.util.Base64` needs Android 8. */
fun base64url(bytes: ByteArray): String = buildString((bytes.size * 4 + 2) / 3) {
    for (at in bytes.indices step 3) {
        fun octet(index: Int) = if (index < bytes.size) bytes[index].toInt() and 0xff else 0
        val group = (octet(at) shl 16) or (octet(at + 1) shl 8) or octet(at + 2)
        val digits = minOf(bytes.size - at, 3) + 1
        for (digit in 0 until digits) append(DIGITS[(group shr (18 - 6 * digit)) and 0x3f])
    }
}

/** Decodes base64 in either alphabet, without regard to padding and white space; null if another character is in it. */
fun decodeBase64(text: String): ByteArray? {
    val digits = text.filterNot { it == '=' || it.isWhitespace() }.map(::valueOf)
    if (-1 in digits || digits.size % 4 == 1) return null
    val bytes = ByteArray(digits.size * 6 / 8)
    var value = 0
    var bits = 0
    var at = 0
    for (digit in digits) {
        value = ((value shl 6) or digit) and 0xffff
        bits += 6
        if (bits < 8) continue
        bits -= 8
        bytes[at++] = (value shr bits).toByte()
    }
    return bytes
}

private fun valueOf(digit: Char): Int = when (digit) {
    '+' -> 62
    '/' -> 63
    else -> DIGITS.indexOf(digit)
}
