/** Whoever uses the page has one or more of these. What each may do is the page's own to say. */
export const roles = ['viewer', 'operator', 'phi-reader', 'admin'] as const;

/**
 * What a user may do. Each has what `viewer` has.
 *
 * - viewer: sees hosts, messages, events and counts, without patient data
 * - phi-reader: sees patient data as well: names, ids, accession numbers, documents, frames
 * - operator: acts on hosts and messages
 * - admin: has all of them, and says who else has which
 */
export type Role = (typeof roles)[number];
