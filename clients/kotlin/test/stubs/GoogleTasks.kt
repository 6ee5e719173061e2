package com.google.android.gms.tasks

import java.util.concurrent.ExecutionException
import java.util.concurrent.TimeUnit
import java.util.concurrent.TimeoutException

abstract class Task<TResult> {
    /** Only here: how it ended. Null: it does not end. */
    abstract val ended: Result<TResult>?
}

object Tasks {
    @JvmStatic
    fun <TResult> await(task: Task<TResult>, timeout: Long, unit: TimeUnit): TResult {
        val ended = task.ended ?: throw TimeoutException("$timeout $unit")
        return ended.getOrElse { throw ExecutionException(it) }
    }
}
