import { join, relative } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DicomDocument } from './document.ts';
import { fileNameOf, templateMistake } from './file-name.ts';

/** An image with the values given, whatever they are. */
function image(sopInstanceUid: string, patientId: string): DicomDocument {
  return {
    type: 'dicom.document',
    command: { commandField: 'C-STORE-RQ', affectedSopInstanceUid: sopInstanceUid },
    document: {
      digest: '0'.repeat(64),
      size: 0,
      transferSyntaxUid: '1.2.840.10008.1.2.1',
      sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
      attributes: { patientId },
    },
  };
}

describe('a template of a file name', () => {
  it('may name keywords it knows, must name the instance, and is relative', () => {
    expect(templateMistake('{StudyInstanceUID}/{SOPInstanceUID}.dcm')).toBeUndefined();
    expect(templateMistake('{PatientName}/{SOPInstanceUID}')).toMatch(/\{PatientName\} is no keyw/);
    expect(templateMistake('{constructor}/{SOPInstanceUID}')).toMatch(/is no keyword/);
    expect(templateMistake('{PatientID}.dcm')).toMatch(/has to hold \{SOPInstanceUID\}/);
    expect(templateMistake('/srv/{SOPInstanceUID}')).toMatch(/relative to directory/);
  });
});

describe('the file name of an image', () => {
  it('is the template with its values', () => {
    expect(fileNameOf('{PatientID}/{SOPInstanceUID}.dcm', image('1.2.3', 'A-7'))).toBe(
      'A-7/1.2.3.dcm',
    );
  });

  it('says none for a value that is missing or empty', () => {
    expect(fileNameOf('{PatientID}/{Modality}-{SOPInstanceUID}', image('1.2.3', ''))).toBe(
      'none/none-1.2.3',
    );
  });

  it.each([
    ['..', '_/1.2.3.dcm'],
    ['../../etc', '__.._etc/1.2.3.dcm'],
    ['/etc/passwd', '_etc_passwd/1.2.3.dcm'],
    ['.hidden', '_hidden/1.2.3.dcm'],
    ['a\0b\nc', 'a_b_c/1.2.3.dcm'],
    ['Ärzte', '_rzte/1.2.3.dcm'],
  ])('keeps %j below the directory', (patientId, path) => {
    expect(fileNameOf('{PatientID}/{SOPInstanceUID}.dcm', image('1.2.3', patientId))).toBe(path);
  });

  it('cuts a long value and keeps the ending', () => {
    const name = fileNameOf('{PatientID}-{SOPInstanceUID}.dcm', image('1.2.3', 'x'.repeat(500)));
    expect(name).toBe(`${'x'.repeat(116)}.dcm`);
  });

  it('stays below the directory whatever the values and the text between them', () => {
    const text = fc.string({ unit: 'binary', maxLength: 300 });
    const between = fc.string({ unit: fc.constantFrom('.', '/', 'a', '\\', '\0', '~') });
    fc.assert(
      fc.property(text, text, between, (uid, patientId, middle) => {
        const name = fileNameOf(`{PatientID}${middle}{SOPInstanceUID}`, image(uid, patientId));
        const path = relative('/base', join('/base', name));
        expect(path).toBe(name);
        for (const segment of name.split('/')) {
          expect(segment).toMatch(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,119}$/);
        }
      }),
    );
  });
});
