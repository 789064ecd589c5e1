import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';

/** An OpenID provider that really asks, redirects, checks and signs; a test may have it do one thing wrong. */
export interface Provider extends AsyncDisposable {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Who is logged in there. */
  user: JWTPayload;
  /** What is wrong with the next ID tokens; nothing unless a test says so. */
  wrong: Wrong;
  /** How often it was asked for each path. */
  readonly asked: Map<string, number>;
}

/** What a provider does wrong. */
export interface Wrong {
  /** Other claims than it should have; undefined leaves one out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** otherKey: signed by a key it does not publish; none: not signed; secret: signed with the client's secret. */
  readonly signature?: 'otherKey' | 'none' | 'secret';
  /** What stands in its description. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Another answer than tokens. */
  readonly tokens?: string;
}

interface Granted {
  readonly redirectUri: string;
  readonly nonce: string;
  readonly challenge: string;
}

/** Starts one for a client with this redirect URI, on a port of its own. */
export async function startProvider(redirectUri: () => string): Promise<Provider> {
  const [own, other] = [await generateKeyPair('RS256'), await generateKeyPair('RS256')];
  const jwk = { ...(await exportJWK(own.publicKey)), kid: 'one', use: 'sig', alg: 'RS256' };
  const granted = new Map<string, Granted>();
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const provider: Provider = {
    issuer,
    clientId: 'consort',
    clientSecret: 'a secret: with + and %',
    user: { sub: '4711', preferred_username: 'anna', groups: ['readers'] },
    wrong: {},
    asked: new Map(),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', issuer);
    provider.asked.set(url.pathname, (provider.asked.get(url.pathname) ?? 0) + 1);
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return json(response, 200, { ...describe(), ...provider.wrong.metadata });
      case '/jwks':
        return json(response, 200, { keys: [jwk] });
      case '/authorize':
        return authorize(url, response);
      case '/grant':
        return grant(url, response);
      case '/token':
        return token(request, response);
      case '/end-session':
        return html(response, '<h1>You are logged out of everything</h1>');
      default:
        response.writeHead(404).end();
    }
  }

  function describe() {
    return {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      end_session_endpoint: `${issuer}/end-session`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      authorization_response_iss_parameter_supported: true,
    };
  }

  /** Asks whoever is there before it lets anybody in. */
  function authorize({ searchParams }: URL, response: ServerResponse): void {
    const asked = Object.fromEntries(searchParams);
    const isRight =
      asked['client_id'] === provider.clientId &&
      asked['redirect_uri'] === redirectUri() &&
      asked['response_type'] === 'code' &&
      asked['code_challenge_method'] === 'S256' &&
      /^openid\b/.test(asked['scope'] ?? '');
    if (!isRight) return html(response, '<h1>This client is not known</h1>', 400);
    const go = `/grant?${searchParams.toString()}`.replaceAll('&', '&amp;');
    html(response, `<h1>The provider</h1><a href="${go}">Go on as anna</a>`);
  }

  function grant({ searchParams }: URL, response: ServerResponse): void {
    const code = randomBytes(16).toString('base64url');
    const of = (name: string) => searchParams.get(name) ?? '';
    granted.set(code, {
      redirectUri: of('redirect_uri'),
      nonce: of('nonce'),
      challenge: of('code_challenge'),
    });
    const back = new URL(of('redirect_uri'));
    back.searchParams.set('code', code);
    back.searchParams.set('state', of('state'));
    back.searchParams.set('iss', issuer);
    response.writeHead(303, { location: back.href }).end();
  }

  async function token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = Object.fromEntries(new URLSearchParams(await text(request)));
    const pair = [provider.clientId, provider.clientSecret].map((part) =>
      encodeURIComponent(part).replaceAll('%20', '+'),
    );
    const expected = `Basic ${Buffer.from(pair.join(':')).toString('base64')}`;
    if (request.headers.authorization !== expected) {
      return json(response, 401, { error: 'invalid_client' });
    }
    const found = granted.get(form['code'] ?? '');
    granted.delete(form['code'] ?? '');
    const verifier = form['code_verifier'] ?? '';
    const isRight =
      found?.redirectUri === form['redirect_uri'] &&
      found?.challenge === createHash('sha256').update(verifier).digest('base64url');
    if (!found || !isRight) return json(response, 400, { error: 'invalid_grant' });
    const { tokens } = provider.wrong;
    if (tokens !== undefined) return void response.writeHead(200).end(tokens);
    const body = { access_token: 'of-no-use-here', token_type: 'Bearer', expires_in: 60 };
    return json(response, 200, { ...body, id_token: await idToken(found.nonce) });
  }

  async function idToken(nonce: string): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const claims: JWTPayload = {
      ...provider.user,
      iss: issuer,
      aud: provider.clientId,
      iat: now,
      exp: now + 300,
      nonce,
      ...provider.wrong.claims,
    };
    const { signature } = provider.wrong;
    if (signature === 'none') return `${encoded({ alg: 'none' })}.${encoded(claims)}.`;
    if (signature === 'secret') {
      const secret = Buffer.from(provider.clientSecret.padEnd(32));
      return new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(secret);
    }
    const key: CryptoKey = signature === 'otherKey' ? other.privateKey : own.privateKey;
    return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(key);
  }

  return provider;
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function html(response: ServerResponse, body: string, status = 200): void {
  response
    .writeHead(status, { 'content-type': 'text/html; charset=utf-8' })
    .end(`<!doctype html><html lang="en"><title>Provider</title><main>${body}</main></html>`);
}
