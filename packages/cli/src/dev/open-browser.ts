import { spawn } from 'node:child_process';

/** Opens an address in the user's browser, where there is one to be seen; nothing comes of it where there is none. */
export function openBrowser(url: string, env: NodeJS.ProcessEnv = process.env): void {
  const program = programFor(env);
  if (!program) return;
  const child = spawn(program, [url], { stdio: 'ignore', detached: true, env });
  child.on('error', () => undefined);
  child.unref();
}

function programFor(env: NodeJS.ProcessEnv): string | undefined {
  if (process.platform === 'darwin') return 'open';
  return env['DISPLAY'] || env['WAYLAND_DISPLAY'] ? 'xdg-open' : undefined;
}
