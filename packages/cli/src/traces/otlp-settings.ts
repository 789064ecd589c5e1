import { EngineError } from '@consort/core';

/** Where traces go, as OpenTelemetry's environment variables say it. Times are in milliseconds. */
export interface OtlpSettings {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** For one request. */
  readonly timeout: number;
  /** Between two looks at the record. */
  readonly delay: number;
  /** Spans of one request. */
  readonly batchSize: number;
  /** What the resource is called, besides what the engine says of it. */
  readonly resource: Readonly<Record<string, string>>;
}

/**
 * Reads the switch and what belongs to it; undefined while it is off, which it is without an endpoint.
 * @throws EngineError TRACES_UNAVAILABLE for a value that cannot be followed
 */
export function otlpSettings(env: NodeJS.ProcessEnv): OtlpSettings | undefined {
  const url = endpointOf(env);
  if (url === undefined) return undefined;
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return undefined;
  if (env['OTEL_TRACES_EXPORTER'] === 'none') return undefined;
  const protocol = of(env, 'PROTOCOL') ?? 'http/json';
  if (protocol !== 'http/json') {
    throw unfit('OTEL_EXPORTER_OTLP_PROTOCOL', protocol, 'only http/json is spoken; leave it out');
  }
  const { OTEL_SERVICE_NAME: name, OTEL_RESOURCE_ATTRIBUTES: attributes } = env;
  return {
    url,
    headers: pairs('OTEL_EXPORTER_OTLP_HEADERS', of(env, 'HEADERS')),
    timeout: number('OTEL_EXPORTER_OTLP_TIMEOUT', of(env, 'TIMEOUT'), 10_000),
    delay: number('OTEL_BSP_SCHEDULE_DELAY', env['OTEL_BSP_SCHEDULE_DELAY'], 5_000),
    batchSize: Math.min(
      number('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', env['OTEL_BSP_MAX_EXPORT_BATCH_SIZE'], 512),
      2_048,
    ),
    resource: {
      ...pairs('OTEL_RESOURCE_ATTRIBUTES', attributes),
      ...(name ? { 'service.name': name } : {}),
    },
  };
}

function endpointOf(env: NodeJS.ProcessEnv): string | undefined {
  const { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own, OTEL_EXPORTER_OTLP_ENDPOINT: base } = env;
  const given = own || base;
  if (!given) return undefined;
  const url = URL.parse(given);
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    // The value is left out: a URL may hold a password.
    throw new EngineError(
      'TRACES_UNAVAILABLE',
      `no traces are sent: ${own ? 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT' : 'OTEL_EXPORTER_OTLP_ENDPOINT'} is no URL with http or https; write http://127.0.0.1:4318`,
    );
  }
  if (!own) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/traces`;
  return url.href;
}

/** What is said for traces goes before what is said for all signals. */
function of(env: NodeJS.ProcessEnv, name: string): string | undefined {
  return env[`OTEL_EXPORTER_OTLP_TRACES_${name}`] || env[`OTEL_EXPORTER_OTLP_${name}`] || undefined;
}

function number(name: string, given: string | undefined, otherwise: number): number {
  if (!given) return otherwise;
  const value = Number(given);
  if (Number.isInteger(value) && value > 0 && value < 2 ** 31) return value;
  throw unfit(name, given, 'it is a whole number above 0');
}

/** `key=value,key=value`, the values percent-encoded. */
function pairs(name: string, given = ''): Readonly<Record<string, string>> {
  const parts = given.split(',').filter((part) => part.trim() !== '');
  return Object.fromEntries(
    parts.map((part) => {
      const at = part.indexOf('=');
      try {
        if (at > 0)
          return [part.slice(0, at).trim(), decodeURIComponent(part.slice(at + 1).trim())];
      } catch {
        // Told below like any other.
      }
      // The value is left out: it may be a password.
      throw new EngineError(
        'TRACES_UNAVAILABLE',
        `no traces are sent: ${name} is not a list of key=value with commas between and values percent-encoded`,
      );
    }),
  );
}

function unfit(name: string, value: string, remedy: string): EngineError {
  return new EngineError(
    'TRACES_UNAVAILABLE',
    `no traces are sent: ${name} is ${JSON.stringify(value)}, and ${remedy}`,
  );
}
