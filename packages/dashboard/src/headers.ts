/** Headers of every answer. The page holds operational data and changes nothing: it is not cached, framed or read by others. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': policy({}),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
};

/**
 * bull-board's pages set styles inline and draw icons from data URLs; their outside font stays blocked.
 * Its scripts come from this server like ours.
 */
export const bullBoardPolicy = policy({
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data:",
});

function policy(loosened: Readonly<Record<string, string>>): string {
  const directives = {
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': "'self'",
    'img-src': "'self'",
    'font-src': "'self'",
    'connect-src': "'self'",
    'worker-src': "'self'",
    'base-uri': "'self'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
    ...loosened,
  };
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources}`)
    .join('; ');
}
