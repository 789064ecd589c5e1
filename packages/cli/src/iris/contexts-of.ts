import { readAssociationFile, serviceClassOf, sopClassName } from '@consort/dicom/tables';
import { findTransferSyntax } from '@consort/dicom/tables';

/** A presentation context, by keywords where there are some. */
export interface Context {
  readonly sopClass: string;
  readonly transferSyntaxes?: readonly string[];
}

/**
 * Reads a list of associations as IRIS imports it.
 * @throws EngineError ASSOCIATION_FILE_UNFIT, with the line
 */
export async function readContexts(file: string): Promise<readonly Context[]> {
  const rules = await readAssociationFile(file, '--associations');
  return rules.map(({ sopClass, transferSyntaxes }) => ({
    sopClass,
    ...(transferSyntaxes && { transferSyntaxes }),
  }));
}

/** A list in keywords, and the service classes that it is of. */
export function contextsOf(contexts: readonly Context[]): {
  readonly named: readonly Context[];
  readonly serviceClasses: readonly string[];
} {
  const classes = contexts.flatMap(({ sopClass }) => serviceClassOf(sopClass) ?? []);
  return {
    named: contexts.map(({ sopClass, transferSyntaxes }) => ({
      sopClass: sopClassName(sopClass) ?? sopClass,
      ...(transferSyntaxes && {
        transferSyntaxes: transferSyntaxes.map((uid) => findTransferSyntax(uid)?.keyword ?? uid),
      }),
    })),
    serviceClasses: [...new Set(classes)],
  };
}
