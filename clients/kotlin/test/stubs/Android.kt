// The parts of Android that docs/client-android.md calls: signatures as in API 36, behavior only as far as the checks need it.
package android.os

object Build {
    object VERSION {
        /** A check sets it. */
        @JvmField
        var SDK_INT = 36
    }
}

object SystemClock {
    @JvmStatic
    fun elapsedRealtime(): Long = System.nanoTime() / 1_000_000
}
