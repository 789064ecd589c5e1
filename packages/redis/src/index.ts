export { openTransport } from './transport.ts';
export type { TransportOptions } from './transport.ts';
export { openQueues } from './queues.ts';
export type { Queues } from './queues.ts';
export { maskRedisUrl } from './redis-url.ts';
