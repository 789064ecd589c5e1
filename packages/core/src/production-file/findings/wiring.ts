import type { FindingEntry } from './entry.ts';

/** What is wrong between hosts. */
export const wiringFindings = {
  TARGET_MISSING: {
    severity: 'mistake',
    meaning: 'A target names a host that the file does not have.',
    why: 'Every message sent there would fail with TARGET_UNKNOWN.',
    remedy: 'Write the name that is suggested, or add the host.',
    example: {
      wrong: `name: Demo
services:
  In: { component: dicom.file-service, settings: { filePath: ./in, target: Flie } }
operations:
  File: { component: dicom.file-operation, settings: { directory: . } }`,
      right: `name: Demo
services:
  In: { component: dicom.file-service, settings: { filePath: ./in, target: File } }
operations:
  File: { component: dicom.file-operation, settings: { directory: . } }`,
    },
  },
  TARGET_IS_SERVICE: {
    severity: 'mistake',
    meaning: 'A target names a service.',
    why: 'A service takes in from outside; what is sent to it is only ever the answer to a request of its own.',
    remedy: 'Name a process or an operation.',
    example: {
      wrong: `name: Demo
services:
  In: { component: dicom.file-service, settings: { filePath: ./in, target: In } }
operations:
  File: { component: dicom.file-operation, settings: { directory: . } }`,
      right: `name: Demo
services:
  In: { component: dicom.file-service, settings: { filePath: ./in, target: File } }
operations:
  File: { component: dicom.file-operation, settings: { directory: . } }`,
    },
  },
  HOST_UNREACHED: {
    severity: 'doubt',
    meaning: 'No setting of the production targets this host.',
    why: 'Nothing reaches it, unless a component sends to it by a name that is in its code.',
    remedy: 'Name it as a target, or remove it.',
    example: {
      wrong: `name: Demo
services:
  In: { component: dicom.file-service, settings: { filePath: ./in, target: File } }
operations:
  File: { component: dicom.file-operation, settings: { directory: a } }
  Copy: { component: dicom.file-operation, settings: { directory: b } }`,
      right: `name: Demo
services:
  In: { component: dicom.file-service, settings: { filePath: ./in, target: Both } }
processes:
  Both: { component: dicom.router, settings: { rules: [{ send: [File, Copy] }] } }
operations:
  File: { component: dicom.file-operation, settings: { directory: a } }
  Copy: { component: dicom.file-operation, settings: { directory: b } }`,
    },
  },
  NO_TARGET: {
    severity: 'doubt',
    meaning: 'A service could have a target and has none.',
    why: 'What it takes in goes nowhere.',
    remedy: 'Name a process or an operation as its target.',
  },
  CYCLE: {
    severity: 'mistake',
    meaning: 'Hosts could wait for each other in a circle.',
    why: 'With every worker of theirs waiting, none would ever answer.',
    remedy:
      'Break the circle, or send with sendRequestAsync and declare the setting target({ async: true }).',
    example: {
      wrong: `name: Demo
processes:
  There: { component: dicom.router, settings: { rules: [{ send: [Back] }] } }
  Back: { component: dicom.router, settings: { rules: [{ send: [There] }] } }`,
      right: `name: Demo
processes:
  There: { component: dicom.router, settings: { rules: [{ send: [File] }] } }
  Back: { component: dicom.router, settings: { rules: [{ send: [There] }] } }
operations:
  File: { component: dicom.file-operation, settings: { directory: . } }`,
    },
  },
  PORT_REPEATED: {
    severity: 'mistake',
    meaning: 'Two services listen on the same port of the same address.',
    why: 'Only one of them can; the production would not start.',
    remedy: 'Write another port, or an interface for each.',
    example: {
      wrong: `name: Demo
services:
  A: { component: dicom.tcp-service, settings: { port: 11112, localAet: A, remoteAet: PACS, target: File } }
  B: { component: dicom.tcp-service, settings: { port: 11112, localAet: B, remoteAet: PACS, target: File } }
operations:
  File: { component: dicom.file-operation, settings: { directory: . } }`,
      right: `name: Demo
services:
  A: { component: dicom.tcp-service, settings: { port: 11112, localAet: A, remoteAet: PACS, target: File } }
  B: { component: dicom.tcp-service, settings: { port: 11113, localAet: B, remoteAet: PACS, target: File } }
operations:
  File: { component: dicom.file-operation, settings: { directory: . } }`,
    },
  },
  AE_TITLE_REFUSED: {
    severity: 'doubt',
    meaning:
      'An operation calls a service of this file by a title, or as one, that the service refuses.',
    why: 'The service compares called and calling AE title with case (PS3.8 section 9.3.4); every association would be rejected.',
    remedy:
      'Make remoteAet of the operation one of localAet of the service, and the other way round.',
    example: {
      wrong: `name: Demo
services:
  In: { component: dicom.tcp-service, settings: { port: 11112, localAet: IRIS, remoteAet: PACS, target: File } }
operations:
  Out: { component: dicom.tcp-operation, settings: { host: 127.0.0.1, port: 11112, localAet: PACS, remoteAet: Iris } }
  File: { component: dicom.file-operation, settings: { directory: . } }`,
      right: `name: Demo
services:
  In: { component: dicom.tcp-service, settings: { port: 11112, localAet: IRIS, remoteAet: PACS, target: File } }
operations:
  Out: { component: dicom.tcp-operation, settings: { host: 127.0.0.1, port: 11112, localAet: PACS, remoteAet: IRIS } }
  File: { component: dicom.file-operation, settings: { directory: . } }`,
    },
  },
  CONTEXTS_NEVER_MEET: {
    severity: 'doubt',
    meaning:
      'What a service takes in, and a service of this file that it is sent on to, have no presentation context in common.',
    why: 'Every image would fail with CONTEXT_NOT_ACCEPTED.',
    remedy:
      'Let the second service accept a SOP class and a transfer syntax of the first, or set transcode on the operation.',
    example: {
      wrong: `name: Demo
services:
  In:
    component: dicom.tcp-service
    settings:
      port: 11112
      localAet: IRIS
      remoteAet: PACS
      presentationContexts: [{ sopClass: CTImageStorage }]
      target: Out
  Archive:
    component: dicom.tcp-service
    settings:
      port: 11113
      localAet: ARCHIVE
      remoteAet: IRIS
      presentationContexts: [{ sopClass: MRImageStorage }]
      target: File
operations:
  Out: { component: dicom.tcp-operation, settings: { host: 127.0.0.1, port: 11113, localAet: IRIS, remoteAet: ARCHIVE } }
  File: { component: dicom.file-operation, settings: { directory: . } }`,
      right: `name: Demo
services:
  In:
    component: dicom.tcp-service
    settings:
      port: 11112
      localAet: IRIS
      remoteAet: PACS
      presentationContexts: [{ sopClass: CTImageStorage }]
      target: Out
  Archive:
    component: dicom.tcp-service
    settings:
      port: 11113
      localAet: ARCHIVE
      remoteAet: IRIS
      presentationContexts: [{ sopClass: CTImageStorage }]
      target: File
operations:
  Out: { component: dicom.tcp-operation, settings: { host: 127.0.0.1, port: 11113, localAet: IRIS, remoteAet: ARCHIVE } }
  File: { component: dicom.file-operation, settings: { directory: . } }`,
    },
  },
} as const satisfies Readonly<Record<string, FindingEntry>>;
