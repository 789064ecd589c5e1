import type { FindingEntry } from './entry.ts';

/** What is wrong with a key or its value. */
export const keyFindings = {
  KEY_UNKNOWN: {
    severity: 'mistake',
    meaning: 'Nothing at this place has a key of that name.',
    why: 'A key that is passed over in silence is a setting that is not in force.',
    remedy: 'Write the name that is suggested; `production list COMPONENT` has all of them.',
    example: {
      wrong: `name: Demo
operations:
  File: { component: dicom.file-operation, poolsize: 2, settings: { directory: . } }`,
      right: `name: Demo
operations:
  File: { component: dicom.file-operation, poolSize: 2, settings: { directory: . } }`,
    },
  },
  KEY_MISPLACED: {
    severity: 'mistake',
    meaning: 'The key exists, and belongs somewhere else.',
    why: 'Keys of the engine stand beside component:, those of the component under settings:.',
    remedy: 'Move it where the text says.',
    example: {
      wrong: `name: Demo
operations:
  File: { component: dicom.file-operation, directory: . }`,
      right: `name: Demo
operations:
  File: { component: dicom.file-operation, settings: { directory: . } }`,
    },
  },
  KEY_MISSING: {
    severity: 'mistake',
    meaning: 'A key that has no default is not given.',
    why: 'Without it the host does not know what to do.',
    remedy: 'Add it; `production list COMPONENT` says what it is for.',
    example: {
      wrong: `name: Demo
operations:
  File: { component: dicom.file-operation, settings: {} }`,
      right: `name: Demo
operations:
  File: { component: dicom.file-operation, settings: { directory: ./received } }`,
    },
  },
  KEY_REFUSED: {
    severity: 'mistake',
    meaning: 'The component of this host refuses the key.',
    why: 'It would do nothing there; the text says what does it instead.',
    remedy: 'Remove it, or write the setting that the text names.',
    example: {
      wrong: `name: Demo
services:
  In:
    component: dicom.file-service
    poolSize: 4
    settings: { filePath: ./in, target: File }
operations:
  File: { component: dicom.file-operation, settings: { directory: . } }`,
      right: `name: Demo
services:
  In:
    component: dicom.file-service
    settings: { filePath: ./in, target: File }
operations:
  File: { component: dicom.file-operation, settings: { directory: . } }`,
    },
  },
  VALUE_UNFIT: {
    severity: 'mistake',
    meaning: 'A value is not of the kind, or not in the range, that its key takes.',
    why: 'The component would fail on it later, with an image in its hands.',
    remedy: 'Write what the text expects.',
    example: {
      wrong: `name: Demo
operations:
  File: { component: dicom.file-operation, poolSize: 0, settings: { directory: . } }`,
      right: `name: Demo
operations:
  File: { component: dicom.file-operation, poolSize: 1, settings: { directory: . } }`,
    },
  },
  SETTING_DOUBTED: {
    severity: 'doubt',
    meaning: 'The component takes the settings and finds them odd.',
    why: 'Each is valid by itself; together they do less, or let in more, than they seem to.',
    remedy: 'The text says what is odd; leave it if it is meant.',
    example: {
      wrong: `name: Demo
services:
  In:
    component: dicom.tcp-service
    settings:
      port: 11112
      localAet: IRIS
      remoteAet: PACS
      peers: [{ aet: PACS, addresses: [10.1.1.1] }]
      target: File
operations:
  File: { component: dicom.file-operation, retry: { interval: 1s, timeout: 5s }, settings: { directory: . } }`,
      right: `name: Demo
services:
  In:
    component: dicom.tcp-service
    settings:
      port: 11112
      localAet: IRIS
      peers: [{ aet: PACS, addresses: [10.1.1.1] }]
      target: File
operations:
  File: { component: dicom.file-operation, retry: { interval: 1s, timeout: 5s }, settings: { directory: . } }`,
    },
  },
  CHECK_FAILED: {
    severity: 'mistake',
    meaning: 'The code of a component threw while it looked at its settings.',
    why: 'A check only looks; one that throws is a fault of the component.',
    remedy: 'Mend its `check`, `patience` or schema; the text has what it threw.',
  },
  SECRET_IN_CLEAR: {
    severity: 'doubt',
    meaning: 'A secret is written in the file.',
    why: 'The file is read by more people than the secret is for, and stays in the history of a repository.',
    remedy: 'Take it from the environment: ${VARIABLE}. It is masked wherever it is shown.',
    example: {
      wrong: `name: Demo
operations:
  Hook: { component: alert.webhook, settings: { url: https://hooks.example.com/T0/B0 } }
alerts: { target: Hook }`,
      right: `name: Demo
operations:
  Hook: { component: alert.webhook, settings: { url: "\${HOOK_URL}" } }
alerts: { target: Hook }`,
    },
  },
  CLIENT_SECRET_IN_CLEAR: {
    severity: 'mistake',
    meaning: 'The secret of the OpenID client is written in the file.',
    why: 'Whoever reads the file could speak to the provider as the page does; it is copied, sent and kept in the history of a repository.',
    remedy: 'Take it from the environment: clientSecret: ${VARIABLE}.',
    example: {
      wrong: `name: Demo
operations:
  File: { component: dicom.file-operation, settings: { directory: . } }
openIdConnect:
  issuer: https://login.example.com/realms/radiology
  clientId: consort
  clientSecret: 8s7Fq2
  redirectUri: https://consort.example.com/openid
  roles: { readers: [viewer] }`,
      right: `name: Demo
operations:
  File: { component: dicom.file-operation, settings: { directory: . } }
openIdConnect:
  issuer: https://login.example.com/realms/radiology
  clientId: consort
  clientSecret: "\${OPENID_SECRET}"
  redirectUri: https://consort.example.com/openid
  roles: { readers: [viewer] }`,
    },
  },
  PASSWORD_IN_URL: {
    severity: 'doubt',
    meaning: 'A URL in the file has a password in it.',
    why: 'Such a URL ends up in logs, pages and the history of a repository.',
    remedy: 'Take the whole URL, or its password, from the environment: ${VARIABLE}.',
    example: {
      wrong: `name: Demo
description: the archive is postgres://consort:hunter2@db.example.com/pacs`,
      right: `name: Demo
description: the archive is postgres://consort@db.example.com/pacs`,
    },
  },
} as const satisfies Readonly<Record<string, FindingEntry>>;
