import type { FindingEntry } from './entry.ts';

/** What this machine, or one that it talks to, says to a file that is right by itself. */
export const groundFindings = {
  PORT_IN_USE: {
    severity: 'doubt',
    meaning: 'Another program listens on the port of a service, or the port may not be opened.',
    why: 'The production could not start on this machine as it is now.',
    remedy: 'End the other program, or write another port; below 1024 they are for root alone.',
  },
  DIRECTORY_UNFIT: {
    severity: 'doubt',
    meaning: 'A directory to write to cannot be written, or cannot be made.',
    why: 'The host could not start on this machine, or every image would fail there.',
    remedy: 'The text has the command that makes it, or the right that is missing.',
  },
  FILE_MISSING: {
    severity: 'doubt',
    meaning: 'A file that a setting names is not there, or cannot be read.',
    why: 'The host reads it at its start and could not go on.',
    remedy: 'Put it where the text says, or correct the path.',
  },
  PEER_NOT_THERE: {
    severity: 'doubt',
    meaning: 'A DICOM peer that an operation sends to did not answer C-ECHO (`check --live`).',
    why: 'Images for it would wait and be retried.',
    remedy: 'See host, port, AE titles and TLS on both sides; `production echo` asks again.',
  },
  SERVER_NOT_THERE: {
    severity: 'doubt',
    meaning:
      'Redis, a database or another server that a URL names did not answer (`check --live`).',
    why: 'What needs it would fail.',
    remedy: 'Start it, or correct the URL or the variable that it comes from.',
  },
} as const satisfies Readonly<Record<string, FindingEntry>>;
