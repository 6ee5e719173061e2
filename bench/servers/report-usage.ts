// Loaded before an example server (`--import`), which it leaves as it is: answers the parent's question with the
// CPU time that the process has taken so far, in microseconds, and ends with its parent.
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
process.on('disconnect', () => process.exit());
