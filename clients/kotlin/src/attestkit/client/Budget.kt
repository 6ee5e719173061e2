package attestkit.client

/** What an episode has spent of what it may cost. */
internal class Budget {
    private var requests = 0
    private var attestations = 0
    private var resets = 0
    private var challenges = 0
    private var repeats = 0

    /** Whether a challenge of an attestation had expired, or was refused. */
    var hasNewChallenge = false
        private set

    /** @throws ClientException `THROTTLED` */
    fun request() {
        requests += 1
        if (requests > Limits.REQUESTS) throw exhausted("requests")
    }

    /** @throws ClientException `THROTTLED` */
    fun attestation() {
        if (!hasAttestation) throw exhausted("attestations")
        attestations += 1
    }

    /** Whether one is left. */
    val hasAttestation: Boolean
        get() = attestations < if (hasNewChallenge) Limits.ATTESTATIONS_AFTER_INVALID else Limits.ATTESTATIONS

    /** Whether one is left. */
    fun reset(): Boolean {
        resets += 1
        return resets <= Limits.RESETS
    }

    /** Whether one is left. */
    fun challenge(isRefused: Boolean): Boolean {
        challenges += 1
        if (isRefused) hasNewChallenge = true
        return challenges <= Limits.CHALLENGES
    }

    /** Whether one is left. */
    fun repeat(): Boolean {
        repeats += 1
        return repeats <= 1
    }
}
