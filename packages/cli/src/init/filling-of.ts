import packageFile from '../../package.json' with { type: 'json' };
import type { Filling } from './fill-template.ts';
import type { Plan } from './plan.ts';

/** What the templates are filled with for a plan. */
export function fillingOf({ name, receive, send }: Plan): Filling {
  const localAet = receive.from === 'dicom' ? receive.localAet : 'CONSORT';
  return {
    parts: [`receive ${receive.from}`, `send ${send.to}`],
    texts: {
      NAME: inYaml(name),
      PACKAGE: packageName(name),
      DESCRIPTION: descriptionOf(receive, send),
      VERSION: packageFile.version,
      ZOD: packageFile.dependencies.zod,
      LOCAL_AET: inYaml(localAet),
      LOCAL_AET_TEXT: inShell(localAet),
      ...(receive.from === 'dicom'
        ? {
            PORT: String(receive.port),
            REMOTE_AET: inYaml(receive.remoteAet),
            REMOTE_AET_TEXT: inShell(receive.remoteAet === '*' ? 'ANYBODY' : receive.remoteAet),
          }
        : { FROM: receive.folder }),
      ...(send.to === 'dicom'
        ? {
            OPERATION: 'To.PACS',
            HOST: send.host,
            PEER_PORT: String(send.port),
            PEER_AET: inYaml(send.aeTitle),
          }
        : { OPERATION: 'To.Folder', DIRECTORY: send.folder }),
      RETRY:
        receive.from === 'dicom'
          ? '{ interval: 2s, timeout: 6s } # shorter than the 8 s a PACS is kept waiting'
          : '{ interval: 5s, timeout: -1 } # nobody waits, so there is no reason to give up',
    },
  };
}

/** What is said of the production to whoever reads its file. */
export function descriptionOf(receive: Plan['receive'], send: Plan['send']): string {
  const from =
    receive.from === 'dicom' ? 'Receives images from a PACS' : 'Takes images from a folder';
  const to = send.to === 'dicom' ? 'to another' : 'into a folder';
  const peer = send.to === 'dicom' && receive.from === 'folder' ? 'to a PACS' : to;
  return `${from}, writes the institution into each one and sends it on ${peer}.`;
}

/** A text as a plain scalar where it is one, else in quotes. `$$` is a dollar sign in a production file. */
function inYaml(text: string): string {
  const isPlain =
    /^[A-Za-z][\w.-]*$/.test(text) && !/^(true|false|null|yes|no|on|off)$/i.test(text);
  return isPlain ? text : JSON.stringify(text.replaceAll('$', '$$$$'));
}

function inShell(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function packageName(name: string): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9-]+/g, '-');
  return plain.replace(/^-+|-+$/g, '') || 'production';
}
