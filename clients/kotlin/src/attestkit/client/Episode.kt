package attestkit.client

/** What an episode works with. */
class Surroundings(
    val attester: Attester,
    /** `devices.audience` of the server, byte for byte. */
    val audience: String,
    val kept: Kept,
    val endpoints: Endpoints,
    val clock: Clock,
    /** A new label: base64url of 128 random bits. */
    val newLabel: () -> String,
    /** Called with each step, for logs: without tokens. */
    val onStep: (Step) -> Unit = {},
)

/** One step of an episode. */
data class Step(
    val rung: Rung,
    val answer: Answer,
    val next: Next,
    val status: Int?,
)

/** What an episode ends with. */
class Climbed(
    val issued: Issued,
    val label: String,
    /** The platform's name of the key of this session. */
    val key: String?,
)

/** Milliseconds in which a refresh token may be sent again: the server's retry time, and some for the way. */
private const val RETRY_KEYED_MS = 25_000L
private const val RETRY_KEYLESS_MS = 590_000L

/**
 * Gets a session, as the ladder says. One episode at a time: two would spend each other's refresh token.
 *
 * @param mustProve that the key still signs: the refresh token is passed over
 * @throws ClientException
 */
fun runEpisode(surroundings: Surroundings, mustProve: Boolean = false): Climbed =
    Episode(surroundings, mustProve).run()

private class Episode(private val surroundings: Surroundings, mustProve: Boolean) {
    private val held = Held(surroundings.kept)
    private val endpoints = surroundings.endpoints
    private val isKeyed = surroundings.attester is KeyAttester
    private var isRefreshTried = mustProve
    private val budget = Budget()

    fun run(): Climbed {
        endOrphan()
        var rung = firstRung()
        while (true) {
            val reply = step(rung)
            val next = follows(rung, reply.answer)
            surroundings.onStep(Step(rung, reply.answer, next, reply.status))
            if (next == Turn.DONE) return Climbed(checkNotNull(reply.value), checkNotNull(held.now.label), held.now.key)
            rung = follow(rung, next, reply)
        }
    }

    /** The refresh token of an installation that is gone ends its session; if not, it ends by itself. */
    private fun endOrphan() {
        val refresh = held.now.refresh
        if (held.now.label != null || refresh == null) return
        held.note(held.now.copy(refresh = null))
        budget.request()
        runCatching { endpoints.revoke(refresh.token) }
    }

    private fun firstRung(): Rung {
        val pending = held.now.pending
        val refresh = held.now.refresh
        val isDue = !isKeyed && refresh != null && surroundings.clock.wall() >= refresh.renewAt
        return when {
            held.now.label == null -> Rung.BEGIN
            refresh != null && !refresh.ended && !isDue && !isRefreshTried -> Rung.REFRESH
            !isKeyed -> Rung.ATTEST
            // The server has not seen a key that was not sent: it is attested now.
            pending != null -> if (pending.sent) Rung.ASSERT_PENDING else Rung.ATTEST
            else -> if (held.now.key == null) Rung.ATTEST else Rung.ASSERT_KEY
        }
    }

    private fun step(rung: Rung): Reply<Issued> = try {
        when (val attester = surroundings.attester) {
            is KeyAttester -> when (rung) {
                Rung.REFRESH -> refresh()
                Rung.ASSERT_PENDING -> assert(attester, checkNotNull(held.now.pending).key)
                Rung.ASSERT_KEY -> assert(attester, checkNotNull(held.now.key))
                Rung.ATTEST, Rung.BEGIN -> attestKey(attester)
            }
            is KeylessAttester -> if (rung == Rung.REFRESH) refresh() else attestApp(attester)
        }
    } catch (failure: PlatformFailure) {
        Reply(failure.answer, cause = failure.cause)
    }

    private fun follows(rung: Rung, answer: Answer): Next {
        val next = Ladder.next(isKeyed, rung, answer)
        if (next != Turn.REPEAT) return next
        return if (budget.repeat()) next else Ladder.next(isKeyed, rung, Answer.UNPROVEN)
    }

    /** Goes on, or ends. @throws ClientException */
    private fun follow(rung: Rung, next: Next, reply: Reply<*>): Rung = when (next) {
        is Rung -> {
            if (rung == Rung.REFRESH && reply.answer == Answer.UNPROVEN) endRefresh()
            if (reply.answer == Answer.KEY_LOST) dropPending()
            // A device that never attests is not helped by waiting.
            if (reply.answer == Answer.KEY_LOST && !budget.hasAttestation) throw later(rung.name, reply)
            next
        }
        Turn.REPEAT -> rung
        Turn.AGAIN -> when {
            // What was not answered is not sent a third time.
            reply.answer == Answer.SILENT && !budget.hasAttestation -> throw later(rung.name, reply)
            budget.challenge(reply.answer == Answer.INVALID && (rung == Rung.ATTEST || rung == Rung.BEGIN)) -> rung
            reply.answer == Answer.SILENT -> throw later(rung.name, reply)
            else -> throw mistake(rung.name, reply.status)
        }
        Turn.CLIMB -> {
            isRefreshTried = true
            if (reply.answer == Answer.UNPROVEN) held.note(held.now.copy(refresh = null))
            if (reply.answer == Answer.KEY_LOST) dropPending()
            firstRung()
        }
        Turn.RESET -> reset(reply.status)
        Turn.REFUSE -> {
            keepRefused()
            throw ClientException(ErrorType.REFUSED, "the server refused the device at $rung", reply.status)
        }
        Turn.MISTAKE -> throw mistake(rung.name, reply.status)
        Turn.LATER -> throw later(rung.name, reply)
        Turn.DONE -> error("done is followed by nothing")
    }

    private fun refresh(): Reply<Issued> {
        val refresh = held.now.refresh ?: return Reply(Answer.UNPROVEN)
        val now = surroundings.clock.wall()
        val sentAt = refresh.sentAt ?: now
        // A token that was sent may be used up: after its retry time it would look like a copy.
        if (now - sentAt !in 0..(if (isKeyed) RETRY_KEYED_MS else RETRY_KEYLESS_MS)) return Reply(Answer.UNPROVEN)
        held.note(held.now.copy(refresh = refresh.copy(sentAt = sentAt)))
        budget.request()
        val reply = endpoints.refresh(refresh.token)
        // It was not looked at.
        if (reply.status == 429) held.note(held.now.copy(refresh = refresh))
        return issued(reply, refresh.renewAt) { it }
    }

    private fun assert(attester: KeyAttester, key: String): Reply<Issued> {
        val label = checkNotNull(held.now.label)
        val id = platform { attester.keyId(key) }
        val challenge = challenge(Purpose.ASSERT)
        val signed = platform { attester.sign(key, sessionLines(surroundings.audience, label, challenge)) }
        budget.request()
        val reply = endpoints.assert(
            mapOf("challenge" to challenge, "device_id" to label, "key_id" to id, attester.proof.member to signed),
        )
        return issued(reply) { it.copy(key = key, pending = null) }
    }

    private fun attestKey(attester: KeyAttester): Reply<Issued> {
        val label = begin()
        val key = keyToAttest(attester)
        val challenge = challenge(Purpose.ATTEST)
        val evidence = platform { attester.attest(key, over(challenge, label)) }
        val previous = proofByOldKey(attester, key, label, challenge)
        held.require(held.now.copy(pending = PendingKey(key, sent = true)))
        budget.request()
        val body = mapOf("challenge" to challenge, "device_id" to label) + evidence + previous
        return issued(endpoints.attest(body)) { it.copy(key = key, pending = null) }
    }

    /** A name is stored before its key is used: what the server may know of is never forgotten. */
    private fun keyToAttest(attester: KeyAttester): String {
        val pending = held.now.pending
        val isAgain = attester.proof == Proof.ASSERTION && budget.hasNewChallenge
        // An iPhone's key is attested once more; Android's is attested when it is made.
        if (pending != null && (!pending.sent || isAgain)) return pending.key
        val key = platform { attester.createKey() }
        // If no key is known to be enrolled, the one that was sent may be: it stays, to sign for the new one.
        val old = held.now.key ?: pending?.takeIf { it.sent }?.key
        held.require(held.now.copy(key = old, pending = PendingKey(key, sent = false)))
        if (pending != null && pending.key != old) deleteKey(pending.key)
        return key
    }

    private fun proofByOldKey(
        attester: KeyAttester,
        key: String,
        label: String,
        challenge: String,
    ): Map<String, String> {
        val old = held.now.key
        if (old == null || old == key) return emptyMap()
        return try {
            val (oldId, newId) = attester.keyId(old) to attester.keyId(key)
            val signed = attester.sign(old, replaceLines(surroundings.audience, label, challenge, newId))
            mapOf("previous_key_id" to oldId, "previous_${attester.proof.member}" to signed)
        } catch (_: Exception) {
            // Without it the server answers 409, and the installation begins anew.
            emptyMap()
        }
    }

    private fun attestApp(attester: KeylessAttester): Reply<Issued> {
        val label = begin()
        val challenge = challenge(Purpose.ATTEST)
        val evidence = platform { attester.attest(over(challenge, label)) }
        val proof = held.now.refresh?.let { mapOf("refresh_token" to it.token) }.orEmpty()
        budget.request()
        return issued(endpoints.attest(mapOf("challenge" to challenge, "device_id" to label) + evidence + proof)) { it }
    }

    /** Counts the attestation, and gives the label, which is stored before it is sent. */
    private fun begin(): String {
        budget.attestation()
        return held.now.label ?: surroundings.newLabel().also { held.require(held.now.copy(label = it)) }
    }

    private fun challenge(purpose: Purpose): String {
        budget.request()
        val reply = endpoints.challenge(checkNotNull(held.now.label), purpose)
        reply.value?.let { return it.challenge }
        if (reply.answer == Answer.BUSY || reply.answer == Answer.SILENT) throw later("the challenge", reply)
        if (reply.answer == Answer.REFUSED)
            throw ClientException(ErrorType.REFUSED, "the server refused a challenge", reply.status)
        throw mistake("the challenge", reply.status)
    }

    /** Stores what was issued, before it is used. If that fails, the next episode goes on from the older value. */
    private fun issued(
        reply: Reply<Issued>,
        renewAt: Long? = null,
        enrolled: (Installation) -> Installation,
    ): Reply<Issued> {
        val value = reply.value ?: return reply
        val old = held.now.key
        // A family ends at its time, however often it is refreshed. When a fifth of it is left, a keyless installation
        // attests again.
        val renewal = renewAt ?: (surroundings.clock.wall() + value.refreshExpiresInMs * 4 / 5)
        held.note(enrolled(held.now).copy(refresh = RefreshToken(value.refreshToken, renewal)))
        if (old != null && old != held.now.key) deleteKey(old)
        return reply
    }

    /** An iPhone's key that the server refused is attested again, instead of ever new ones: Apple counts them. */
    private fun keepRefused() {
        val attester = surroundings.attester
        val pending = held.now.pending ?: return
        if (attester is KeyAttester && attester.proof == Proof.ASSERTION)
            held.note(held.now.copy(pending = pending.copy(sent = false)))
    }

    private fun dropPending() {
        val pending = held.now.pending
        held.note(held.now.copy(pending = null))
        if (pending != null) deleteKey(pending.key)
    }

    private fun endRefresh() {
        val refresh = held.now.refresh ?: return
        held.note(held.now.copy(refresh = refresh.copy(ended = true)))
    }

    private fun reset(status: Int?): Rung {
        if (!budget.reset())
            throw ClientException(ErrorType.REFUSED, "the server refused the new installation too", status = status)
        val old = held.now
        // An app that cannot make keys any more must not lose the installation that it has.
        held.require(Installation(old.marker, pending = newKey()?.let { PendingKey(it, sent = false) }))
        listOfNotNull(old.key, old.pending?.key).forEach(::deleteKey)
        return Rung.BEGIN
    }

    /** The name of a key for the new installation; null where the platform has none. @throws ClientException */
    private fun newKey(): String? = try {
        (surroundings.attester as? KeyAttester)?.let { platform { it.createKey() } }
    } catch (failure: PlatformFailure) {
        throw later("the reset", Reply<Nothing>(failure.answer, cause = failure.cause))
    }

    /** A key that stays is of no use to anybody. */
    private fun deleteKey(key: String) {
        val attester = surroundings.attester
        if (attester is KeyAttester) runCatching { attester.deleteKey(key) }
    }
}
