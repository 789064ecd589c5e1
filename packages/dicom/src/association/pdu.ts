/** The seven protocol data units by their type byte (PS3.8 section 9.3.1). */
export const pduTypes = {
  'A-ASSOCIATE-RQ': 0x01,
  'A-ASSOCIATE-AC': 0x02,
  'A-ASSOCIATE-RJ': 0x03,
  'P-DATA-TF': 0x04,
  'A-RELEASE-RQ': 0x05,
  'A-RELEASE-RP': 0x06,
  'A-ABORT': 0x07,
} as const;

export type PduName = keyof typeof pduTypes;

/** The name of a PDU type byte; undefined for one that the standard does not know. */
export function pduName(type: number): PduName | undefined {
  return names[type];
}

const names = Object.keys(pduTypes).reduce<(PduName | undefined)[]>((list, name) => {
  list[pduTypes[name as PduName]] = name as PduName;
  return list;
}, []);

/** Why an association was refused (PS3.8 table 9-21); `rejectionInWords` reads it. */
export interface Rejection {
  /** 1 rejected-permanent, 2 rejected-transient. */
  readonly result: number;
  /** 1 service-user, 2 service-provider (ACSE), 3 service-provider (presentation). */
  readonly source: number;
  readonly reason: number;
}

/** Why an association was aborted (PS3.8 table 9-26); `abortInWords` reads it. */
export interface AbortCause {
  /** 0 service-user, 2 service-provider. */
  readonly source: number;
  readonly reason: number;
}

/** A presentation context as it was proposed (PS3.8 section 9.3.2.2). */
export interface ProposedContext {
  readonly id: number;
  readonly abstractSyntax: string;
  /** In the peer's order. */
  readonly transferSyntaxes: readonly string[];
}

/** What became of a proposed presentation context (PS3.8 section 9.3.3.2). */
export interface NegotiatedContext {
  readonly id: number;
  /** 0 acceptance, 1 user-rejection, 2 no-reason, 3 abstract-syntax-not-supported, 4 transfer-syntaxes-not-supported. */
  readonly result: number;
  /** Present when accepted. */
  readonly transferSyntax?: string;
}

/** What the user information item says (PS3.7 section D.3.3). */
export interface UserInformation {
  /** 0 for any; undefined when the peer did not say. */
  readonly maximumLength: number | undefined;
  readonly implementationClassUid: string | undefined;
  readonly implementationVersionName: string | undefined;
  /** Asynchronous operations window (PS3.7 section D.3.3.3). */
  readonly operationsWindow: { readonly invoked: number; readonly performed: number } | undefined;
  /** SCP/SCU role selection (PS3.7 section D.3.3.4). */
  readonly roles: readonly Role[];
  /** The kind of user identity (PS3.7 section D.3.3.7). */
  readonly userIdentityType: number | undefined;
  /** Set to answer it: that it was accepted (PS3.7 section D.3.3.7.2). */
  readonly userIdentityResponse?: Buffer;
  /** It itself. No log and no association keeps it. */
  readonly userIdentity?: UserIdentity;
}

/** Who the user is, as a requester claims it (PS3.7 table D.3-14). */
export interface UserIdentity {
  /** 1 username, 2 username and passcode, 3 Kerberos ticket, 4 SAML assertion, 5 JSON Web Token. */
  readonly type: number;
  readonly isResponseRequested: boolean;
  readonly primary: Buffer;
  /** The passcode, with type 2. */
  readonly secondary: Buffer;
}

/** A role proposed or accepted for a SOP class. */
export interface Role {
  readonly sopClassUid: string;
  readonly scu: boolean;
  readonly scp: boolean;
}

/** What -RQ and -AC have in common: the titles as their 16 bytes came, one character each. */
interface Associate {
  readonly protocolVersion: number;
  readonly calledAeTitle: string;
  readonly callingAeTitle: string;
  /** One; none and several are for the acceptor to reject. */
  readonly applicationContexts: readonly string[];
  readonly user: UserInformation;
}

/** A-ASSOCIATE-RQ (PS3.8 section 9.3.2). */
export interface AssociateRequest extends Associate {
  readonly contexts: readonly ProposedContext[];
}

/** A-ASSOCIATE-AC (PS3.8 section 9.3.3). */
export interface AssociateAccept extends Associate {
  readonly contexts: readonly NegotiatedContext[];
}

/** Part of a presentation data value, as its bytes arrived (PS3.8 section 9.3.5.1 and annex E). */
export interface Fragment {
  readonly contextId: number;
  /** Of the command set, else of the data set. */
  readonly isCommand: boolean;
  /** A slice; valid until the next one is asked for. */
  readonly bytes: Buffer;
  /** With it the command set or data set is whole. */
  readonly isLast: boolean;
}

/** What decoding tells, in the order of the bytes. Every PDU begins with its header, checked against the limits. */
export type PduEvent =
  | { readonly kind: 'header'; readonly pdu: PduName; readonly length: number }
  | { readonly kind: 'A-ASSOCIATE-RQ'; readonly request: AssociateRequest }
  | { readonly kind: 'A-ASSOCIATE-AC'; readonly accept: AssociateAccept }
  | { readonly kind: 'A-ASSOCIATE-RJ'; readonly rejection: Rejection }
  | { readonly kind: 'fragment'; readonly fragment: Fragment }
  | { readonly kind: 'A-RELEASE-RQ' }
  | { readonly kind: 'A-RELEASE-RP' }
  | { readonly kind: 'A-ABORT'; readonly cause: AbortCause };

/** The one application context of DICOM (PS3.7 annex A). */
export const dicomApplicationContext = '1.2.840.10008.3.1.1.1';

/** Verification SOP class: C-ECHO (PS3.4 annex A). */
export const verification = '1.2.840.10008.1.1';
