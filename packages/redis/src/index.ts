export { openTransport } from './transport.ts';
export type { TransportOptions } from './transport.ts';
export { openQueues } from './queues.ts';
export type { Queues } from './queues.ts';
export { maskRedisUrl } from './redis-url.ts';
export { checkRedis } from './check-redis.ts';
export type { RedisCheck } from './check-redis.ts';
export { startPrivateRedis } from './private-redis.ts';
export type { PrivateRedis, PrivateRedisOptions } from './private-redis.ts';
