package attestkit.client

import java.io.File
import java.io.IOException
import kotlin.io.path.createTempDirectory

fun checkFile() {
    val directory = createTempDirectory("attestkit").toFile()
    try {
        checkFileIn(directory)
    } finally {
        directory.deleteRecursively()
    }
}

private fun checkFileIn(directory: File) {
    val file = InstallationFile(directory)
    compare("file: nothing at first", Installation()) { file.load() }
    val refresh = RefreshToken("token", renewAt = 1_802_073_600_000, sentAt = 1_800_000_000_000, ended = true)
    val installations = listOf(
        Installation(label = "label"),
        Installation(label = "label", pending = PendingKey("key", sent = false)),
        Installation(label = "label", key = "key", pending = PendingKey("new", sent = true), refresh = refresh),
        Installation(label = "label", key = "key", refresh = refresh.copy(sentAt = null, ended = false)),
        Installation(),
    )
    for (installation in installations)
        compare("file: $installation", installation) {
            file.save(installation)
            InstallationFile(directory).load()
        }
    compare("file: another account has its own", Installation()) { InstallationFile(directory, "anna").load() }
    InstallationFile(directory, "anna").save(Installation(label = "anna"))
    compare("file: and keeps it", Installation() to "anna") { file.load() to InstallationFile(directory, "anna").load().label }
    val path = File(directory, "attestkit-47DEQpj8HBSa-_TImW-5JC")
    compare("file: no rest of writing", setOf(path.name)) {
        directory.list().orEmpty().filter { it.startsWith("attestkit-47") }.toSet()
    }
    for (text in listOf("", "[]", "{\"label\":", "{\"refresh\":{\"token\":\"a\"}}"))
        compare("file: $text is of no use", Installation()) {
            path.writeText(text)
            file.load()
        }
    path.delete()
    path.mkdir()
    compare("file: it cannot be read", ErrorType.THROTTLED) { typeOf { file.load() } }
    File(path, "full").writeText("")
    compare("file: it cannot be written", true) {
        runCatching { file.save(Installation()) }.exceptionOrNull() is IOException
    }
}

/** The type of an error of the client. */
fun typeOf(ask: () -> Any?): Any? = try {
    ask()
} catch (error: ClientException) {
    error.type
}
