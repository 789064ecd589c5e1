// The programs from outside npm, and how a machine gets them. Needs nothing but Node 18.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { execute, executeIfAgreed, isRoot, onPath, say } from './commands.mjs';

/** Those of the programs named that are not there. */
export function missing(needs) {
  return peers.filter((peer) => needs.includes(peer.name) && !peer.isThere());
}

/** What is missing and what to do about each, for the tests. */
export function asJson(lacking) {
  return JSON.stringify(Object.fromEntries(lacking.map((peer) => [peer.name, instruction(peer)])));
}

/** What a person does to get a program. */
export function instruction({ apt, brew = '', byHand = 'there is no package for this system' }) {
  if (onPath('apt-get')) return `as root: apt-get install -y ${apt}`;
  return brew && onPath('brew') ? `brew install ${brew}` : byHand;
}

/** Gets what can be got and returns what is still missing. */
export async function installPeers(needs, yes) {
  const wanted = missing(needs);
  if (wanted.length === 0) return [];
  for (const { name, why } of wanted) say(`${name} is not on this machine (${why})`);
  const formulas = wanted.flatMap(({ brew }) => brew ?? []);
  if (onPath('apt-get')) await installWithApt(wanted.map(({ apt }) => apt).sort(), yes);
  else if (onPath('brew') && formulas.length > 0)
    await executeIfAgreed(`brew install ${formulas.join(' ')}`, yes);
  return missing(needs);
}

async function installWithApt(packages, yes) {
  if (!isRoot && !onPath('sudo')) return;
  const isOurs = packages.map((name) => !isInstalled(name));
  const update = asRoot('apt-get update');
  // A machine that has just been started is often installing updates of its own: wait for it.
  const options = '-o DPkg::Lock::Timeout=300 install -y --no-install-recommends';
  const quietly = 'env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1';
  const install = asRoot(`${quietly} apt-get ${options} ${packages.join(' ')}`);
  const isFresh = readdirSync('/var/lib/apt/lists').some((file) => file.includes('_Packages'));
  const isDone = await executeIfAgreed(isFresh ? install : `${update} && ${install}`, yes);
  // Old lists name versions that the mirror no longer has.
  if (isDone === false && isFresh) await executeIfAgreed(`${update} && ${install}`, yes);
  stopServices(packages.filter((name, index) => isOurs[index] && isInstalled(name)));
}

function asRoot(command) {
  return isRoot ? command : `sudo ${command}`;
}

function isInstalled(name) {
  const query = spawnSync('dpkg-query', ['-W', '-f', '${Status}', name], { encoding: 'utf8' });
  return query.stdout?.endsWith(' installed') ?? false;
}

/** Debian starts what it installs, on default ports. Only what these packages have just brought is stopped. */
function stopServices(packages) {
  if (packages.length === 0) return;
  const service = /^(?:\/etc\/init\.d|(?:\/usr)?\/lib\/systemd\/system)\/([^@/]+?)(?:\.service)?$/;
  const { stdout } = spawnSync('dpkg', ['-L', ...packages], { encoding: 'utf8' });
  for (const name of new Set(stdout.split('\n').flatMap((file) => service.exec(file)?.[1] ?? []))) {
    say(`stopping and disabling the service ${name}, which its package has just brought`);
    if (existsSync('/run/systemd/system')) execute(asRoot(`systemctl disable --now ${name}`));
    else execute(`${asRoot(`service ${name} stop`)}; ${asRoot(`update-rc.d ${name} disable`)}`);
  }
}

/** The programs from outside npm: what each is for, how it is found, and the packages that bring it. */
const peers = [
  {
    name: 'redis',
    why: 'the queues live in Redis',
    isThere: () => onPath('redis-server') || onPath('valkey-server'),
    apt: 'redis-server',
    brew: 'redis',
    byHand: 'install Redis 7 or Valkey, or set REDIS_URL',
  },
  {
    name: 'dcmtk',
    why: 'its storescu is a DICOM peer of the tests',
    isThere: () => onPath('storescu'),
    apt: 'dcmtk',
    brew: 'dcmtk',
    byHand: 'install DCMTK, https://dcmtk.org',
  },
  {
    name: 'orthanc',
    why: 'it is the PACS of the tests',
    isThere: () => onPath('Orthanc') || existsSync('/usr/sbin/Orthanc'),
    apt: 'orthanc',
    byHand: 'install Orthanc, https://www.orthanc-server.com',
  },
  {
    name: 'pydicom',
    why: 'its sample files are the images of the tests',
    isThere: () => spawnSync('/usr/bin/python3', ['-c', 'import pydicom']).status === 0,
    apt: 'python3-pydicom',
  },
  {
    name: 'strace',
    why: 'it shows that an image is on disk before it is answered',
    isThere: () => process.platform !== 'linux' || onPath('strace'),
    apt: 'strace',
  },
  {
    name: 'ctn',
    why: 'its simple_storage and send_image are a DICOM peer of the tests',
    isThere: () => onPath('simple_storage') && onPath('send_image'),
    apt: 'ctn',
  },
  {
    name: 'chromium',
    why: 'it is the browser of the tests',
    isThere: () => existsSync('/usr/bin/chromium'),
    apt: 'chromium',
  },
  {
    name: 'prometheus',
    why: 'its promtool reads our alert rules, and it scrapes us',
    isThere: () => onPath('promtool'),
    apt: 'prometheus',
    brew: 'prometheus',
    byHand: 'install Prometheus, https://prometheus.io',
  },
  {
    name: 'zsh',
    why: 'it reads its completion script',
    isThere: () => onPath('zsh'),
    apt: 'zsh',
    brew: 'zsh',
  },
  {
    name: 'fish',
    why: 'it completes by its completion script',
    isThere: () => onPath('fish'),
    apt: 'fish',
    brew: 'fish',
  },
];
