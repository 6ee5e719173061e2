package okio

import java.io.ByteArrayOutputStream

interface BufferedSink {
    fun write(source: ByteArray): BufferedSink
}

class Buffer : BufferedSink {
    private val bytes = ByteArrayOutputStream()

    override fun write(source: ByteArray): Buffer = apply { bytes.write(source, 0, source.size) }

    fun readByteArray(): ByteArray = bytes.toByteArray().also { bytes.reset() }
}
