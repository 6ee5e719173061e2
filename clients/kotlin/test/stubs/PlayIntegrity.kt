package com.google.android.play.core.integrity

import android.content.Context
import com.google.android.gms.tasks.Task

object IntegrityManagerFactory {
    /** Only here: what `createStandard` gives. */
    lateinit var manager: StandardIntegrityManager

    @JvmStatic
    fun createStandard(context: Context): StandardIntegrityManager = manager.also { context.packageName }
}

interface StandardIntegrityManager {
    fun prepareIntegrityToken(request: PrepareIntegrityTokenRequest): Task<StandardIntegrityTokenProvider>

    interface StandardIntegrityTokenProvider {
        fun request(request: StandardIntegrityTokenRequest): Task<StandardIntegrityToken>
    }

    abstract class StandardIntegrityToken {
        abstract fun token(): String
    }

    abstract class PrepareIntegrityTokenRequest {
        /** Only here: what was set. */
        abstract val number: Long

        abstract class Builder {
            abstract fun setCloudProjectNumber(cloudProjectNumber: Long): Builder

            abstract fun build(): PrepareIntegrityTokenRequest
        }

        companion object {
            @JvmStatic
            fun builder(): Builder = object : Builder() {
                var set = 0L

                override fun setCloudProjectNumber(cloudProjectNumber: Long) = apply { set = cloudProjectNumber }

                override fun build() = object : PrepareIntegrityTokenRequest() {
                    override val number = set
                }
            }
        }
    }

    abstract class StandardIntegrityTokenRequest {
        /** Only here: what was set. */
        abstract val hash: String?

        abstract class Builder {
            abstract fun setRequestHash(requestHash: String): Builder

            abstract fun build(): StandardIntegrityTokenRequest
        }

        companion object {
            @JvmStatic
            fun builder(): Builder = object : Builder() {
                var set: String? = null

                override fun setRequestHash(requestHash: String) = apply { set = requestHash }

                override fun build() = object : StandardIntegrityTokenRequest() {
                    override val hash = set
                }
            }
        }
    }
}

/** In the library only Google makes one. */
class StandardIntegrityException(val errorCode: Int) : Exception("$errorCode: Integrity API error")
