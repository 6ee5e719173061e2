package attestkit.client

fun checkSessions() {
    var now = 1_000L
    var episodes = 0
    var fails: Exception? = null
    var proved = false
    val sessions = Sessions({ now }) { mustProve ->
        episodes += 1
        proved = mustProve
        fails?.let { throw it }
        Climbed(Issued("session-$episodes", 1_800_000, "refresh", 1), "label", "key")
    }
    fun session() = typeOf { sessions.get().issued.session }
    compare("sessions: the first", "session-1") { session() }
    now += 1_679_999
    compare("sessions: kept until two minutes before its end", "session-1") { session() }
    now += 1
    compare("sessions: renewed", "session-2") { session() }
    sessions.renew()
    compare("sessions: renewed when asked for", "session-3") { session() }

    fails = ClientException(ErrorType.OFFLINE, "no answer")
    sessions.renew()
    compare("sessions: a good one serves on", "session-3" to 4) { session() to episodes }
    compare("sessions: during the pause none begins", "session-3" to 4) { session() to episodes }
    now += 1_800_000
    compare("sessions: it has ended", ErrorType.OFFLINE to 5) { session() to episodes }
    val pauses = (1..12).map {
        val left = runCatching { sessions.get() }.exceptionOrNull().let { (it as ClientException).retryAfterMs!! }
        compare("sessions: pause $it holds", 4 + it) { session(); episodes }
        now += left
        compare("sessions: pause $it is over", 5 + it) { session(); episodes }
        left
    }
    compare("sessions: each pause is longer, up to five minutes", true) {
        pauses[0] in 1_000..3_000 && pauses[3] in 8_000..24_000 && pauses.drop(9).all { it in 150_000..450_000 }
    }
    compare("sessions: a user does not wait", 18) {
        typeOf { sessions.get(isAskedByUser = true) }
        episodes
    }
    fails = ClientException(ErrorType.THROTTLED, "busy", retryAfterMs = 60_000)
    typeOf { sessions.get(isAskedByUser = true) }
    compare("sessions: but for the server", ErrorType.THROTTLED to 19) {
        typeOf { sessions.get(isAskedByUser = true) } to episodes
    }
    now += 1_000_000
    fails = ClientException(ErrorType.REFUSED, "blocked")
    session()
    compare("sessions: a refusal stays", ErrorType.REFUSED to 20) { typeOf { sessions.get(isAskedByUser = true) } to episodes }
    now += 1_000_000
    fails = IllegalStateException("a bug")
    compare("sessions: a bug is not a crash", ErrorType.THROTTLED) { session() }
    now += 1_000_000
    fails = null
    val last = sessions.get()
    compare("sessions: not proved", false) { proved }
    sessions.drop(last, mustProve = true)
    compare("sessions: proved after a lost key", true) { session(); proved }
    sessions.drop(last)
    compare("sessions: an old one drops nothing", 23) { session(); episodes }
    sessions.forget { }
    compare("sessions: forgotten", 24) { session(); episodes }
}
