import { EngineError, type DocumentStore } from '@consort/core';
import type { DocumentViewer } from '@consort/dashboard';
import type { Renderer } from '@consort/dicom/render-frame';

/** What shows documents, and how it ends. */
export interface OpenDocumentViewer extends DocumentViewer {
  /** Ends the thread that draws frames. */
  close(): Promise<void>;
}

/** Shows stored documents to the page. The DICOM library is loaded when the first is looked at. */
export function documentViewer(documents: Pick<DocumentStore, 'open'>): OpenDocumentViewer {
  let renderer: Promise<Renderer> | undefined;
  return {
    async elements(body) {
      const { shownElements } = await import('@consort/dicom/shown');
      return shownElements(body, documents);
    },
    async fileMetaInformation(document) {
      const { fileMetaElements } = await import('@consort/dicom/shown');
      return fileMetaElements(document);
    },
    async difference(before, after) {
      const { shownDifference, shownElements } = await import('@consort/dicom/shown');
      const [was, is] = [
        await shownElements(before, documents),
        await shownElements(after, documents),
      ];
      const changes = shownDifference(was.elements, is.elements);
      return { isSame: false, changes, isCut: was.isCut || is.isCut };
    },
    async frame({ document }, number, { center, width }) {
      if (!document) throw new EngineError('FRAMES_UNREADABLE', 'the message carries no document');
      renderer ??= import('@consort/dicom/render-frame').then(({ openRenderer }) => openRenderer());
      const window = { windowCenter: center, windowWidth: width };
      const bytes = await (await renderer).renderFrame(document, documents, number, window);
      return { mediaType: 'image/png', bytes };
    },
    async file(document) {
      const { documentFile } = await import('@consort/dicom/shown');
      if (document.attributes.sopInstanceUid === undefined) {
        throw new EngineError('NOT_FOUND', 'what the message carries is no image: it has no file');
      }
      return documentFile(document, documents);
    },
    async close() {
      await (await renderer)?.close();
    },
  };
}
