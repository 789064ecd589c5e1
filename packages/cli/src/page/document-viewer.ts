import { EngineError, type DocumentStore } from '@consort/core';
import type { DocumentViewer } from '@consort/dashboard';
import type { Renderer } from '@consort/dicom/render-frame';

/** Shows stored documents to the page. The DICOM library is loaded when the first is looked at. */
export function documentViewer(
  documents: Pick<DocumentStore, 'open'>,
): DocumentViewer & { close(): Promise<void> } {
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
      const { shownDifference } = await import('@consort/dicom/shown');
      return { isSame: false, ...(await shownDifference(before, after, documents)) };
    },
    async file(document) {
      const { documentFile } = await import('@consort/dicom/shown');
      if (document.attributes.sopInstanceUid === undefined) {
        throw new EngineError('NOT_FOUND', 'what the message carries is no image: it has no file');
      }
      return documentFile(document, documents);
    },
    async frame({ document }, frame, { center, width }) {
      if (!document) throw new EngineError('NOT_FOUND', 'the message carries no document');
      renderer ??= import('@consort/dicom/render-frame').then(({ openRenderer }) => openRenderer());
      const { renderFrame } = await renderer;
      const window = { windowCenter: center, windowWidth: width };
      const bytes = await renderFrame(document, documents, frame, window);
      return { mediaType: 'image/png', bytes };
    },
    async close() {
      await (await renderer)?.close();
    },
  };
}
