import type { OutgoingFile } from './outgoing-file.ts';

/** Files that go on one association, and what it proposes for them. */
export interface PlannedAssociation {
  readonly files: readonly OutgoingFile[];
  /** One presentation context for each SOP class in each transfer syntax. */
  readonly contexts: readonly {
    readonly abstractSyntax: string;
    readonly transferSyntaxes: readonly string[];
  }[];
}

// PS3.8 section 9.3.2.2: the odd numbers of one byte.
const mostContexts = 128;

/**
 * Divides files among as few associations as need be, in order: an association has at most 128 presentation
 * contexts, and an object that comes again goes on a later one. Each file is offered in its own transfer syntax only,
 * so that the peer gets the bytes as they are.
 */
export function planAssociations(files: readonly OutgoingFile[]): readonly PlannedAssociation[] {
  const plans: Plan[] = [];
  for (const file of files) {
    const key = `${file.sopClassUid} ${file.transferSyntaxUid}`;
    let plan = plans.find((one) => hasRoom(one, file, key));
    if (!plan) {
      plan = { files: [], uids: new Set(), contexts: new Map() };
      plans.push(plan);
    }
    plan.files.push(file);
    plan.uids.add(file.sopInstanceUid);
    plan.contexts.set(key, {
      abstractSyntax: file.sopClassUid,
      transferSyntaxes: [file.transferSyntaxUid],
    });
  }
  return plans.map((plan) => ({ files: plan.files, contexts: [...plan.contexts.values()] }));
}

interface Plan {
  readonly files: OutgoingFile[];
  readonly uids: Set<string>;
  readonly contexts: Map<string, PlannedAssociation['contexts'][number]>;
}

function hasRoom({ uids, contexts }: Plan, file: OutgoingFile, key: string): boolean {
  return !uids.has(file.sopInstanceUid) && (contexts.has(key) || contexts.size < mostContexts);
}
