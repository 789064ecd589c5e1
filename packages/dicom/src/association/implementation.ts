/** Who we are in associations and files (PS3.7 section D.3.3.2, PS3.10 section 7.1). */
export const implementationClassUid = '2.25.232613219197056963012488726343056035161';

/** Our implementation version name, at most 16 characters. */
export const implementationVersionName = 'CONSORT_0_1';
