export { documentFile, fileMetaElements } from './document-file.ts';
export { shownDifference } from './shown-difference.ts';
export type { ShownChange, ShownDifference } from './shown-difference.ts';
export { shownElements } from './shown-elements.ts';
export type { ShownDataSet, ShownElement } from './shown-elements.ts';
