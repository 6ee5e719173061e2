// The primary of a cluster, or one of its workers: each opens a memory store, and says what came of it.
import cluster from 'node:cluster';
import { memoryStore } from '../../../dist/stores/memory.js';

function opened() {
  try {
    memoryStore();
    return 'opened';
  } catch (error) {
    return `${error.code} ${error.variable} ${error.problem}`;
  }
}

if (cluster.isPrimary) {
  const said = [opened()];
  for (let index = 0; index < 2; index += 1)
    cluster.fork().on('message', (outcome) => {
      said.push(outcome);
      if (said.length === 3) process.stdout.write(said.join('\n'), () => process.exit(0));
    });
} else {
  process.send(opened());
}
