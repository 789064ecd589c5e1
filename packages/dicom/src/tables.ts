export { readAssociationFile } from './read-association-file.ts';
export { serviceClassOf, sopClassName } from './sop-classes.ts';
export { findTransferSyntax } from './transfer-syntaxes.ts';
