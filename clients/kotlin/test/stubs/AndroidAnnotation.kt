package android.annotation

@Target(AnnotationTarget.FUNCTION)
annotation class SuppressLint(vararg val value: String)
