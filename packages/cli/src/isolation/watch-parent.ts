import { workerData } from 'node:worker_threads';

// A thread of a component's process: ends the process when its production is gone, whatever the component is busy with.
setInterval(() => {
  if (process.ppid !== workerData) process.kill(-process.pid, 'SIGKILL');
}, 1_000);
