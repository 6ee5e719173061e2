package android.app

import android.content.Context
import java.io.File

open class Application : Context() {
    override val packageName: String get() = "com.example.app"
    override val applicationContext: Context get() = this
    override val noBackupFilesDir: File get() = File(System.getProperty("java.io.tmpdir"))
}
