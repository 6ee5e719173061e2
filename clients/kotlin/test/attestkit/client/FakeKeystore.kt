package attestkit.client

import android.security.keystore.KeyGenParameterSpec
import java.io.InputStream
import java.io.OutputStream
import java.security.Key
import java.security.KeyPair
import java.security.KeyPairGenerator
import java.security.KeyPairGeneratorSpi
import java.security.KeyStoreSpi
import java.security.PrivateKey
import java.security.Provider
import java.security.PublicKey
import java.security.SecureRandom
import java.security.Security
import java.security.Signature
import java.security.cert.Certificate
import java.security.spec.AlgorithmParameterSpec
import java.util.Collections
import java.util.Date
import java.util.Enumeration

/** Android's Keystore in memory, as a provider of Java: real keys on P-256, and certificates that only contain them. */
object FakeKeystore {
    class Entry(val key: PrivateKey, val publicKey: PublicKey, val chain: List<Certificate>, val spec: KeyGenParameterSpec)

    val entries = linkedMapOf<String, Entry>()

    /** What generating a key throws. */
    var generating: (KeyGenParameterSpec) -> Exception? = { null }

    /** What reading a key throws. */
    var reading: Exception? = null

    /** The certificates of a new key. */
    var chainLength = 3

    /** Every key that was ever made, by its id. */
    val known = mutableMapOf<String, PublicKey>()

    fun reset() {
        if (Security.getProvider(NAME) == null) Security.addProvider(FakeProvider())
        entries.clear()
        generating = { null }
        reading = null
        chainLength = 3
    }

    fun generate(spec: KeyGenParameterSpec): KeyPair {
        generating(spec)?.let { throw it }
        val pair = KeyPairGenerator.getInstance("EC").apply { initialize(spec.algorithmParameterSpec) }.generateKeyPair()
        val leaf = certificateOf(pair.public)
        val chain = listOf(leaf) + List(chainLength - 1) { FakeCertificate(byteArrayOf(0x30, it.toByte())) }
        entries[spec.keystoreAlias] = Entry(pair.private, pair.public, chain, spec)
        known[keyIdOfLeaf(base64url(leaf.encoded))] = pair.public
        return pair
    }

    fun verifies(keyId: String, text: String, signed: String): Boolean = Signature.getInstance("SHA256withECDSA").run {
        initVerify(checkNotNull(known[keyId]) { "no key has the id $keyId" })
        update(utf8(text))
        verify(decodeBase64(signed))
    }

    /** A key that Java cannot sign with. */
    class DeadKey : PrivateKey {
        override fun getAlgorithm() = "EC"

        override fun getFormat(): String? = null

        override fun getEncoded(): ByteArray? = null
    }
}

private const val NAME = "AndroidKeyStore"

private class FakeProvider : Provider(NAME, "1", "Android's Keystore in memory") {
    init {
        put("KeyStore.$NAME", FakeKeyStoreSpi::class.java.name)
        put("KeyPairGenerator.EC", FakeGenerator::class.java.name)
    }
}

class FakeGenerator : KeyPairGeneratorSpi() {
    private lateinit var spec: KeyGenParameterSpec

    override fun initialize(keysize: Int, random: SecureRandom?) = throw UnsupportedOperationException()

    override fun initialize(params: AlgorithmParameterSpec, random: SecureRandom?) {
        spec = params as KeyGenParameterSpec
    }

    override fun generateKeyPair(): KeyPair = FakeKeystore.generate(spec)
}

class FakeKeyStoreSpi : KeyStoreSpi() {
    override fun engineLoad(stream: InputStream?, password: CharArray?) = Unit

    override fun engineGetKey(alias: String, password: CharArray?): Key? {
        FakeKeystore.reading?.let { throw it }
        return FakeKeystore.entries[alias]?.key
    }

    override fun engineGetCertificateChain(alias: String): Array<Certificate>? =
        FakeKeystore.entries[alias]?.chain?.toTypedArray()

    override fun engineDeleteEntry(alias: String) {
        FakeKeystore.entries -= alias
    }

    override fun engineGetCertificate(alias: String): Certificate? = FakeKeystore.entries[alias]?.chain?.first()

    override fun engineGetCreationDate(alias: String): Date? = null

    override fun engineAliases(): Enumeration<String> = Collections.enumeration(FakeKeystore.entries.keys)

    override fun engineContainsAlias(alias: String): Boolean = alias in FakeKeystore.entries

    override fun engineSize(): Int = FakeKeystore.entries.size

    override fun engineIsKeyEntry(alias: String): Boolean = alias in FakeKeystore.entries

    override fun engineIsCertificateEntry(alias: String): Boolean = false

    override fun engineGetCertificateAlias(cert: Certificate): String? = null

    override fun engineSetKeyEntry(alias: String, key: Key, password: CharArray?, chain: Array<out Certificate>?) = refuse()

    override fun engineSetKeyEntry(alias: String, key: ByteArray, chain: Array<out Certificate>?) = refuse()

    override fun engineSetCertificateEntry(alias: String, cert: Certificate) = refuse()

    override fun engineStore(stream: OutputStream?, password: CharArray?) = refuse()

    private fun refuse(): Nothing = throw UnsupportedOperationException()
}

private class FakeCertificate(private val der: ByteArray) : Certificate("X.509") {
    override fun getEncoded() = der

    override fun toString() = "a certificate"

    override fun verify(key: PublicKey) = throw UnsupportedOperationException()

    override fun verify(key: PublicKey, provider: String) = throw UnsupportedOperationException()

    override fun getPublicKey() = throw UnsupportedOperationException()
}

/** As much of a certificate as leads to its key: version, serial, algorithm, issuer, validity, subject, key. */
private fun certificateOf(key: PublicKey): Certificate {
    val before = byteArrayOf(0xa0.toByte(), 3, 2, 1, 2, 2, 1, 1, 0x30, 0, 0x30, 0, 0x30, 0, 0x30, 0)
    return FakeCertificate(sequence(sequence(before + key.encoded)))
}

private fun sequence(content: ByteArray): ByteArray {
    check(content.size < 256)
    val length = if (content.size < 128) byteArrayOf(0x30) else byteArrayOf(0x30, 0x81.toByte())
    return length + content.size.toByte() + content
}
