import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';

/** A registry of npm that has the packed tarballs, and them alone. */
export interface TarballRegistry {
  /** For npm: `@consort:registry=URL`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves what pack.mjs has left in a directory, as the registry of npm does once it is published there. So whoever installs
 * it types what is typed then. Everything else comes from where it always comes from.
 */
export async function serveTarballs(directory: string): Promise<TarballRegistry> {
  const tarballs = new Map<string, Buffer>();
  for (const name of await readdir(join(directory, 'tarballs')))
    tarballs.set(name, await readFile(join(directory, 'tarballs', name)));
  const manifests = new Map<string, Manifest>();
  for (const folder of await readdir(join(directory, 'packages'))) {
    const file = join(directory, 'packages', folder, 'package.json');
    const manifest = JSON.parse(await readFile(file, 'utf8')) as Manifest;
    manifests.set(manifest.name, manifest);
  }

  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '').slice(1);
    const tarball = tarballs.get(path);
    if (tarball) return response.end(tarball);
    const manifest = manifests.get(path);
    if (!manifest) return response.writeHead(404).end('{}');
    return response.end(JSON.stringify(described(manifest, tarballs, urlOf(server.address()))));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: urlOf(server.address()),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Manifest {
  readonly name: string;
  readonly version: string;
}

/** What a registry says of a package: its versions, and where the tarball of each is. */
function described(
  manifest: Manifest,
  tarballs: ReadonlyMap<string, Buffer>,
  url: string,
): Readonly<Record<string, unknown>> {
  const { name, version } = manifest;
  const file = `${name.slice(1).replace('/', '-')}-${version}.tgz`;
  const hash = createHash('sha512').update(tarballs.get(file)!).digest('base64');
  const dist = { tarball: `${url}${file}`, integrity: `sha512-${hash}` };
  return {
    name,
    'dist-tags': { latest: version },
    versions: { [version]: { ...manifest, dist } },
  };
}

function urlOf(address: unknown): string {
  return `http://127.0.0.1:${(address as { readonly port: number }).port}/`;
}
