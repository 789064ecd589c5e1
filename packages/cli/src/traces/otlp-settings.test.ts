import { describe, expect, test } from 'vitest';
import { otlpSettings } from './otlp-settings.ts';

const endpoint = 'http://127.0.0.1:4318';
const on = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };

describe('the switch', () => {
  test.each([
    ['no endpoint', {}],
    ['an empty endpoint', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
    ['OTEL_SDK_DISABLED', { ...on, OTEL_SDK_DISABLED: 'true' }],
    ['OTEL_TRACES_EXPORTER=none', { ...on, OTEL_TRACES_EXPORTER: 'none' }],
  ])('is off with %s', (_, env) => {
    expect(otlpSettings(env)).toBeUndefined();
  });

  test.each([
    [on, `${endpoint}/v1/traces`],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: `${endpoint}/otlp/` }, `${endpoint}/otlp/v1/traces`],
    [{ ...on, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${endpoint}/in` }, `${endpoint}/in`],
  ])('%j sends to %s', (env, url) => {
    expect(otlpSettings(env)).toMatchObject({ url, timeout: 10_000, delay: 5_000, batchSize: 512 });
  });
});

test('what is said for traces goes before what is said for all signals', () => {
  expect(
    otlpSettings({
      ...on,
      OTEL_EXPORTER_OTLP_HEADERS: 'a=all',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'a=own%3D1, b=2',
      OTEL_EXPORTER_OTLP_TIMEOUT: '100',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.name=other',
      OTEL_SERVICE_NAME: 'mine',
    }),
  ).toMatchObject({
    headers: { a: 'own=1', b: '2' },
    timeout: 100,
    resource: { 'deployment.environment.name': 'test', 'service.name': 'mine' },
  });
});

test.each([
  { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318/secret' },
  { ...on, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
  { ...on, OTEL_EXPORTER_OTLP_TIMEOUT: '-1' },
  { ...on, OTEL_BSP_SCHEDULE_DELAY: 'soon' },
  { ...on, OTEL_EXPORTER_OTLP_HEADERS: 'secret' },
  { ...on, OTEL_EXPORTER_OTLP_HEADERS: 'a=%secret' },
])('%j is refused by the name of the variable, without what may be a secret', (env) => {
  const name = Object.keys(env).at(-1)!;
  expect(() => otlpSettings(env)).toThrow(
    expect.objectContaining({
      code: 'TRACES_UNAVAILABLE',
      message: expect.stringMatching(new RegExp(`${name} is (?!.*secret)`)) as string,
    }),
  );
});
