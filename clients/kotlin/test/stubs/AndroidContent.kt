package android.content

import java.io.File

abstract class Context {
    abstract val packageName: String
    abstract val applicationContext: Context
    abstract val noBackupFilesDir: File
}
