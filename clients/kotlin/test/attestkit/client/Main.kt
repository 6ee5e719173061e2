package attestkit.client

import java.io.File
import kotlin.system.exitProcess

private var passed = 0
private val failures = mutableListOf<String>()

/** Replays the vectors of a folder, `vectors/client` of the repository, and runs the checks of the code for Android. */
fun main(args: Array<String>) {
    val folder = File(args.single())
    val files = folder.listFiles { file -> file.extension == "json" }.orEmpty().map { it.nameWithoutExtension }
    check(files.toSet() == CASES.keys + "ladder") { "${folder.name} has other files than this replays: $files" }
    for ((name, make) in CASES) {
        val before = passed + failures.size
        for (case in read(folder, name).objects("cases"))
            compare("$name: ${case.text("name")}", case.value("expected")) { make(Json(case.value("given"))) }
        check(passed + failures.size > before) { "$name.json has no cases" }
    }
    replayLadder(read(folder, "ladder"))
    listOf(::checkKeystore, ::checkPlay, ::checkFile, ::checkEndpoints, ::checkSessions, ::checkRequests).forEach { it() }
    failures.forEach(System.err::println)
    println("$passed passed, ${failures.size} failed")
    if (failures.isNotEmpty()) exitProcess(1)
}

private fun read(folder: File, name: String) = Json(readJson(File(folder, "$name.json").readText()))

fun compare(name: String, expected: Any?, make: () -> Any?) {
    val made = runCatching(make).getOrElse { it.stackTraceToString() }
    if (made == expected) passed += 1 else failures += "$name\n${differenceOf(expected, made)}"
}

/** The first place in which two values differ. */
private fun differenceOf(expected: Any?, made: Any?, path: String = ""): String {
    val inside = when {
        expected is Map<*, *> && made is Map<*, *> ->
            (expected.keys + made.keys).map { Triple("$path.$it", expected[it], made[it]) }
        expected is List<*> && made is List<*> ->
            (0 until maxOf(expected.size, made.size))
                .map { Triple("$path[$it]", expected.getOrNull(it), made.getOrNull(it)) }
        else -> emptyList()
    }
    val (where, before, after) = inside.firstOrNull { (_, before, after) -> before != after }
        ?: return "  expected$path: $expected\n  made$path: $made"
    return differenceOf(before, after, where)
}

private fun replayLadder(json: Json) {
    compare("ladder: rungs", json.value("rungs")) { Rung.entries.map(::wordOf) }
    for ((kind, ladder) in mapOf("keyed" to Ladder.keyed, "keyless" to Ladder.keyless)) {
        val rows = checkNotNull(checkNotNull(json.objectOrNull("ladder")).objectOrNull(kind))
        compare("ladder: rungs of $kind", rows.names) { ladder.keys.map(::wordOf).toSet() }
        for ((rung, row) in ladder) {
            val cells = checkNotNull(rows.objectOrNull(wordOf(rung)))
            compare("ladder: answers of $kind $rung", cells.names) { row.keys.map(::wordOf).toSet() }
            for ((answer, next) in row)
                compare("ladder: $kind $rung $answer", cells.value(wordOf(answer))) { wordOf(next) }
        }
    }
    compare("ladder: limits", json.value("limits")) {
        mapOf(
            "requests" to Limits.REQUESTS,
            "attestations" to Limits.ATTESTATIONS,
            "attestationsAfterInvalid" to Limits.ATTESTATIONS_AFTER_INVALID,
            "resets" to Limits.RESETS,
            "challenges" to Limits.CHALLENGES,
        ).mapValues { it.value.toLong() }
    }
}
