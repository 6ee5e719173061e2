// The parts of OkHttp 5 that docs/client-android.md calls, with their signatures. `Network` is only here.
package okhttp3

import okio.BufferedSink
import java.io.Closeable
import java.io.IOException
import java.net.URI
import java.util.concurrent.TimeUnit
import kotlin.reflect.KClass

/** What answers instead of a network. */
object Network {
    var answer: (OkHttpClient, Request) -> Response = { _, _ -> throw IOException("no network") }
}

class HttpUrl private constructor(private val uri: URI) {
    val scheme: String get() = uri.scheme
    val host: String get() = uri.host
    val port: Int get() = if (uri.port != -1) uri.port else if (scheme == "https") 443 else 80

    override fun toString(): String = uri.toString()

    companion object {
        @JvmStatic
        fun String.toHttpUrl(): HttpUrl = HttpUrl(URI.create(if (count { it == '/' } == 2) "$this/" else this))
    }
}

class Headers private constructor(private val fields: List<Pair<String, String>>) : Iterable<Pair<String, String>> {
    override fun iterator(): Iterator<Pair<String, String>> = fields.iterator()

    fun values(name: String): List<String> = fields.filter { it.first.equals(name, ignoreCase = true) }.map { it.second }

    internal fun without(name: String) = Headers(fields.filterNot { it.first.equals(name, ignoreCase = true) })

    internal fun with(name: String, value: String) = Headers(fields + (name to value))

    companion object {
        @JvmStatic
        fun headersOf(vararg namesAndValues: String): Headers = Headers(namesAndValues.toList().chunked(2) { (name, value) -> name to value })
    }
}

class MediaType private constructor(private val text: String) {
    override fun toString(): String = text

    companion object {
        @JvmStatic
        fun String.toMediaType(): MediaType = MediaType(this)
    }
}

abstract class RequestBody {
    abstract fun contentType(): MediaType?

    @Throws(IOException::class)
    open fun contentLength(): Long = -1L

    @Throws(IOException::class)
    abstract fun writeTo(sink: BufferedSink)

    open fun isDuplex(): Boolean = false

    open fun isOneShot(): Boolean = false

    companion object {
        @JvmStatic
        fun String.toRequestBody(contentType: MediaType? = null): RequestBody = object : RequestBody() {
            override fun contentType() = contentType

            override fun writeTo(sink: BufferedSink) {
                sink.write(toByteArray())
            }
        }
    }
}

class Request internal constructor(builder: Builder) {
    val url: HttpUrl = checkNotNull(builder.url) { "url == null" }
    val method: String = builder.method
    val headers: Headers = builder.headers
    val body: RequestBody? = builder.body
    internal val tags = builder.tags.toMap()

    fun header(name: String): String? = headers.values(name).lastOrNull()

    fun <T : Any> tag(type: KClass<T>): T? = type.java.cast(tags[type])

    fun newBuilder(): Builder = Builder(this)

    open class Builder() {
        internal var url: HttpUrl? = null
        internal var method = "GET"
        internal var headers = Headers.headersOf()
        internal var body: RequestBody? = null
        internal val tags = mutableMapOf<KClass<*>, Any>()

        internal constructor(request: Request) : this() {
            url = request.url
            method = request.method
            headers = request.headers
            body = request.body
            tags += request.tags
        }

        open fun url(url: HttpUrl): Builder = apply { this.url = url }

        open fun url(url: String): Builder = url(with(HttpUrl) { url.toHttpUrl() })

        open fun header(name: String, value: String): Builder = apply { headers = headers.without(name).with(name, value) }

        open fun headers(headers: Headers): Builder = apply { this.headers = headers }

        open fun post(body: RequestBody): Builder = method("POST", body)

        open fun method(method: String, body: RequestBody?): Builder = apply {
            this.method = method
            this.body = body
        }

        fun <T : Any> tag(type: KClass<T>, tag: T?): Builder = apply { if (tag == null) tags -= type else tags[type] = tag }

        open fun build(): Request = Request(this)
    }
}

/** In OkHttp it is made by a builder. */
class Response(val request: Request, val code: Int, val headers: Headers, text: String) : Closeable {
    val body: ResponseBody = ResponseBody(text)
    val isSuccessful: Boolean get() = code in 200..299
    internal var isClosed = false

    fun header(name: String): String? = headers.values(name).lastOrNull()

    fun headers(name: String): List<String> = headers.values(name)

    override fun close() {
        isClosed = true
    }
}

class ResponseBody internal constructor(private val text: String) {
    @Throws(IOException::class)
    fun string(): String = text
}

fun interface Interceptor {
    @Throws(IOException::class)
    fun intercept(chain: Chain): Response

    interface Chain {
        fun request(): Request

        @Throws(IOException::class)
        fun proceed(request: Request): Response
    }
}

interface Call {
    @Throws(IOException::class)
    fun execute(): Response
}

open class OkHttpClient internal constructor(builder: Builder) {
    constructor() : this(Builder())

    val interceptors: List<Interceptor> = builder.interceptors.toList()
    val followRedirects: Boolean = builder.followRedirects
    val followSslRedirects: Boolean = builder.followSslRedirects
    val callTimeoutMillis: Int = builder.callTimeout
    val readTimeoutMillis: Int = builder.readTimeout

    open fun newBuilder(): Builder = Builder(this)

    fun newCall(request: Request): Call = object : Call {
        override fun execute(): Response = proceed(0, request)
    }

    private fun proceed(index: Int, request: Request): Response {
        val interceptor = interceptors.getOrNull(index) ?: return Network.answer(this, request)
        var last: Response? = null
        return interceptor.intercept(object : Interceptor.Chain {
            override fun request() = request

            override fun proceed(request: Request): Response {
                check(last?.isClosed != false) { "the response before was not closed" }
                return proceed(index + 1, request).also { last = it }
            }
        })
    }

    class Builder() {
        internal val interceptors = mutableListOf<Interceptor>()
        internal var followRedirects = true
        internal var followSslRedirects = true
        internal var callTimeout = 0
        internal var readTimeout = 10_000

        internal constructor(client: OkHttpClient) : this() {
            interceptors += client.interceptors
            followRedirects = client.followRedirects
            followSslRedirects = client.followSslRedirects
            callTimeout = client.callTimeoutMillis
            readTimeout = client.readTimeoutMillis
        }

        fun addInterceptor(interceptor: Interceptor): Builder = apply { interceptors += interceptor }

        fun followRedirects(followRedirects: Boolean): Builder = apply { this.followRedirects = followRedirects }

        fun followSslRedirects(followProtocolRedirects: Boolean): Builder = apply { followSslRedirects = followProtocolRedirects }

        fun callTimeout(timeout: Long, unit: TimeUnit): Builder = apply { callTimeout = unit.toMillis(timeout).toInt() }

        fun readTimeout(timeout: Long, unit: TimeUnit): Builder = apply { readTimeout = unit.toMillis(timeout).toInt() }

        fun build(): OkHttpClient = OkHttpClient(this)
    }
}
