import type { FindingEntry } from './entry.ts';

/** What is wrong with a host or its component. */
export const componentFindings = {
  NO_HOSTS: {
    severity: 'doubt',
    meaning: 'The production has no hosts.',
    why: 'It runs and does nothing.',
    remedy: 'Add hosts under services, processes and operations.',
    example: {
      wrong: 'name: Demo',
      right: `name: Demo
operations:
  File: { component: dicom.file-operation, settings: { directory: . } }`,
    },
  },
  HOST_NAME_UNFIT: {
    severity: 'mistake',
    meaning: 'The name of a host has a character that names cannot have.',
    why: 'Names become the names of queues, files and addresses of the page.',
    remedy: 'Use letters, digits, dots, hyphens and underscores.',
    example: {
      wrong: `name: Demo
operations:
  To/File: { component: dicom.file-operation, settings: { directory: . } }`,
      right: `name: Demo
operations:
  To.File: { component: dicom.file-operation, settings: { directory: . } }`,
    },
  },
  HOST_NAME_REPEATED: {
    severity: 'mistake',
    meaning: 'Two hosts have the same name.',
    why: 'A target is a name; nobody could say which of the two is meant.',
    remedy: 'Rename one of them, and what targets it.',
    example: {
      wrong: `name: Demo
services:
  File: { component: dicom.file-service, settings: { filePath: ./in, target: File } }
operations:
  File: { component: dicom.file-operation, settings: { directory: . } }`,
      right: `name: Demo
services:
  Folder: { component: dicom.file-service, settings: { filePath: ./in, target: File } }
operations:
  File: { component: dicom.file-operation, settings: { directory: . } }`,
    },
  },
  COMPONENT_MISSING: {
    severity: 'mistake',
    meaning: 'A host has no component, or something that is no name of one.',
    why: 'The component is the code of the host.',
    remedy: 'Write a built-in name like dicom.tcp-service, ./file.ts or npm:package.',
    example: {
      wrong: `name: Demo
operations:
  File: { settings: { directory: . } }`,
      right: `name: Demo
operations:
  File: { component: dicom.file-operation, settings: { directory: . } }`,
    },
  },
  COMPONENT_NOT_LOADED: {
    severity: 'mistake',
    meaning: 'A component could not be imported, or is none.',
    why: 'There is no built-in of that name, or the file threw, or it does not export what a define… function returns.',
    remedy:
      '`production list` has the built-in ones; a file ends in export default defineProcess({ … }).',
    example: {
      wrong: `name: Demo
operations:
  File: { component: dicom.file-operatoin, settings: { directory: . } }`,
      right: `name: Demo
operations:
  File: { component: dicom.file-operation, settings: { directory: . } }`,
    },
  },
  COMPONENT_SYNTAX: {
    severity: 'mistake',
    meaning:
      'The file of a component has TypeScript that Node cannot run as it is, or a mistake of syntax.',
    why: 'Node takes types away and compiles nothing: an enum, a namespace or a parameter property would have to become code.',
    remedy:
      'Use a union of words for an enum, a module for a namespace, a field for a parameter property.',
  },
  COMPONENT_FROM_VARIABLE: {
    severity: 'mistake',
    meaning: 'The name of a component comes from a variable.',
    why: 'A component is code; the environment must not choose what is run.',
    remedy: 'Write it out.',
    example: {
      wrong: `name: Demo
operations:
  File: { component: "\${WRITER:-dicom.file-operation}", settings: { directory: . } }`,
      right: `name: Demo
operations:
  File: { component: dicom.file-operation, settings: { directory: . } }`,
    },
  },
  SECTION_WRONG: {
    severity: 'mistake',
    meaning: 'A host stands in the section of another kind than its component is of.',
    why: 'Services take in, processes decide, operations bring out; each kind has keys of its own.',
    remedy: 'Move it under the section that the text names.',
    example: {
      wrong: `name: Demo
processes:
  File: { component: dicom.file-operation, settings: { directory: . } }`,
      right: `name: Demo
operations:
  File: { component: dicom.file-operation, settings: { directory: . } }`,
    },
  },
  ISOLATION_UNFIT: {
    severity: 'mistake',
    meaning: 'A host asks for a child process, or its limits, where there is none.',
    why: 'A child process is for components of your own; limits without isolation: process limit nothing.',
    remedy: 'Remove the key, or write isolation: process beside it.',
    example: {
      wrong: `name: Demo
operations:
  File: { component: dicom.file-operation, isolation: process, settings: { directory: . } }`,
      right: `name: Demo
operations:
  File: { component: dicom.file-operation, settings: { directory: . } }`,
    },
  },
  INVOCATION_UNFIT: {
    severity: 'mistake',
    meaning: 'An operation with invocation: inProc is used as if it had a queue.',
    why: 'It runs in the worker of whoever sends to it: it has no workers of its own, and a service or an alert has none to lend.',
    remedy: 'Remove the key, or give the operation a queue.',
    example: {
      wrong: `name: Demo
operations:
  File:
    component: dicom.file-operation
    invocation: inProc
    poolSize: 4
    settings: { directory: . }`,
      right: `name: Demo
operations:
  File:
    component: dicom.file-operation
    poolSize: 4
    settings: { directory: . }`,
    },
  },
} as const satisfies Readonly<Record<string, FindingEntry>>;
