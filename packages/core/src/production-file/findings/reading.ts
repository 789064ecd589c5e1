import type { FindingEntry } from './entry.ts';

/** What hinders a file from being read at all. */
export const readingFindings = {
  FILE_UNREADABLE: {
    severity: 'mistake',
    meaning: 'The file is larger than 1 MiB, or no UTF-8 text.',
    why: 'A file like that is not a production; most likely another one was named.',
    remedy: 'Name the production.yaml itself, and save it as UTF-8.',
  },
  YAML_INVALID: {
    severity: 'mistake',
    meaning: 'The text is not YAML 1.2.',
    why: 'What follows cannot be told, so the rest of the file is not checked.',
    remedy:
      'See the marked place: a tab, a quote or a bracket that is open, a ${…} without quotes inside { }.',
    example: {
      wrong: `name: Demo
operations:
  File: { component: dicom.file-operation, settings: { directory: \${FOLDER:-.} } }`,
      right: `name: Demo
operations:
  File: { component: dicom.file-operation, settings: { directory: "\${FOLDER:-.}" } }`,
    },
  },
  KEY_REPEATED: {
    severity: 'mistake',
    meaning: 'A key is given a second time in the same place.',
    why: 'YAML has no rule which of the two counts, and whoever reads the file sees only one.',
    remedy: 'Remove one of them, or rename it.',
    example: {
      wrong: `name: Demo
operations:
  File: { component: dicom.file-operation, settings: { directory: a, directory: b } }`,
      right: `name: Demo
operations:
  File: { component: dicom.file-operation, settings: { directory: a } }`,
    },
  },
  YAML_NOT_ALLOWED: {
    severity: 'mistake',
    meaning: 'The file uses a part of YAML that production files do without.',
    why: 'Aliases, merge keys, tags and deep nesting hide what a host is set to, and can make a small file huge.',
    remedy: 'Write the value out where it belongs.',
    example: {
      wrong: `name: &name Demo
description: *name`,
      right: `name: Demo
description: Demo`,
    },
  },
  VARIABLE_UNSET: {
    severity: 'mistake',
    meaning: 'A ${VARIABLE} is not set in the environment and has no default.',
    why: 'An empty text in its place would be a wrong path, title or password.',
    remedy: 'Set it where the production is started, or give a default: ${VARIABLE:-default}.',
    example: {
      wrong: `name: Demo
operations:
  File: { component: dicom.file-operation, settings: { directory: "\${CONSORT_NOWHERE}" } }`,
      right: `name: Demo
operations:
  File: { component: dicom.file-operation, settings: { directory: "\${CONSORT_NOWHERE:-.}" } }`,
    },
  },
  VARIABLE_INVALID: {
    severity: 'mistake',
    meaning: 'A $ stands where it means nothing.',
    why: 'It might be a variable that was misspelt, or the character itself.',
    remedy: 'Write ${VARIABLE} for a variable and $$ for the character.',
    example: {
      wrong: `name: Demo
description: costs 5 $ a day`,
      right: `name: Demo
description: costs 5 $$ a day`,
    },
  },
} as const satisfies Readonly<Record<string, FindingEntry>>;
