import type { DicomDocument } from './document.ts';

const keywords = {
  SOPInstanceUID: ({ command, document }) =>
    command.affectedSopInstanceUid ?? document?.attributes.sopInstanceUid,
  SOPClassUID: ({ document }) => document?.sopClassUid,
  StudyInstanceUID: ({ document }) => document?.attributes.studyInstanceUid,
  SeriesInstanceUID: ({ document }) => document?.attributes.seriesInstanceUid,
  PatientID: ({ document }) => document?.attributes.patientId,
  AccessionNumber: ({ document }) => document?.attributes.accessionNumber,
  Modality: ({ document }) => document?.attributes.modality,
} satisfies Record<string, (image: DicomDocument) => string | undefined>;

/** The DICOM keywords a template may name. */
export const templateKeywords = Object.keys(keywords) as readonly (keyof typeof keywords)[];

/** Says what is wrong with a template; undefined when it can be used. */
export function templateMistake(template: string): string | undefined {
  const named = [...template.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name);
  const unknown = named.find((name) => !Object.hasOwn(keywords, name));
  if (unknown !== undefined) {
    return `{${unknown}} is no keyword a file name can have; there are ${templateKeywords.join(', ')}`;
  }
  if (!named.includes('SOPInstanceUID')) {
    return 'a file name has to hold {SOPInstanceUID}, or images would take the place of one another';
  }
  return template.startsWith('/') ? 'a file name is relative to directory' : undefined;
}

/**
 * The path of an image below the directory, as its template says. Whatever the values are, it stays there:
 * each segment keeps letters, digits, `.`, `_` and `-`, does not begin with a dot, and has at most 120 bytes.
 */
export function fileNameOf(template: string, image: DicomDocument): string {
  return template
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) =>
      safeSegment(
        segment.replace(/\{(\w+)\}/g, (_all, name: keyof typeof keywords) =>
          valueOf(keywords[name](image)),
        ),
      ),
    )
    .join('/');
}

function valueOf(value: string | undefined): string {
  return value?.replaceAll('/', '_') || 'none';
}

function safeSegment(segment: string): string {
  const safe = segment
    .normalize('NFC')
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .replace(/^\.+/, '_');
  if (safe.length <= 120) return safe;
  const ending = /\.[A-Za-z0-9]{1,8}$/.exec(safe)?.[0] ?? '';
  return safe.slice(0, 120 - ending.length) + ending;
}
