import { EngineError } from '@consort/core';
import { isIP } from 'node:net';

/**
 * Checks the proxies whose word on who asks, and how, is taken: `10.0.0.7`, `fd00::/64`.
 * @throws EngineError PAGE_UNAVAILABLE for one that is no address, and where nobody has to log in: through a proxy
 *   others come to a page that is for this machine alone
 */
export function checkProxies(
  proxies: readonly string[],
  { isLoginRequired }: { readonly isLoginRequired: boolean },
): void {
  const unfit = proxies.find((proxy) => !isNetwork(proxy));
  if (unfit !== undefined) {
    throw new EngineError(
      'PAGE_UNAVAILABLE',
      `the page cannot trust the proxy ${JSON.stringify(unfit)}: that is no IP address and no network; ` +
        'write --trust-proxy 10.0.0.7, or several with commas',
    );
  }
  if (proxies.length === 0 || isLoginRequired) return;
  throw new EngineError(
    'PAGE_UNAVAILABLE',
    'the page cannot be served behind a proxy: others come through it, and there are no users who log in; ' +
      'make one with production user add NAME --role admin, or leave out --trust-proxy',
  );
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  if (bits === undefined) return true;
  // A network of everything would take anybody's word.
  return /^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128);
}
