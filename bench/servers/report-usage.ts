// Loaded before a server (`--import`), which it leaves as it is: answers the parent's questions about the process, and ends with its parent.
const ANSWERS: Readonly<Record<string, () => number>> = {
  /** CPU time that it has taken so far, in microseconds. */
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  /** Resident memory, in bytes. */
  memory: () => process.memoryUsage.rss(),
};
process.on('message', (question) => {
  const answer = ANSWERS[String(question)];
  if (answer !== undefined) process.send?.(answer());
});
process.on('disconnect', () => process.exit());
