import { itemsOf, uidText } from './items.ts';
import type { Limits } from './limits.ts';
import type { Role, UserIdentity, UserInformation } from './pdu.ts';
import { invalidParameter } from './protocol-error.ts';

/**
 * Decodes the user information item (PS3.8 annex D, PS3.7 section D.3.3). Sub-items that do not concern us
 * (0x56, 0x57 and unknown ones) are ignored.
 * @throws ProtocolError
 */
export function decodeUserInformation(bytes: Buffer, limits: Limits): UserInformation {
  if (bytes.length > limits.userInformationLength) {
    throw invalid(`user information of ${bytes.length} bytes`);
  }
  let maximumLength: number | undefined;
  let implementationClassUid: string | undefined;
  let implementationVersionName: string | undefined;
  let operationsWindow: UserInformation['operationsWindow'];
  let identity: UserIdentity | undefined;
  const roles: Role[] = [];

  let count = 0;
  for (const { type, value } of itemsOf(bytes, 'the user information item')) {
    count += 1;
    if (count > limits.userInformationItems) {
      throw invalid(`more than ${limits.userInformationItems} user information sub-items`);
    }
    switch (type) {
      case 0x51:
        expectLength(value, 4, 'maximum length');
        if (maximumLength !== undefined) throw invalid('two maximum length sub-items');
        maximumLength = value.readUInt32BE(0);
        break;
      case 0x52:
        implementationClassUid = uidText(value);
        break;
      case 0x53:
        expectLength(value, 4, 'asynchronous operations window');
        operationsWindow = { invoked: value.readUInt16BE(0), performed: value.readUInt16BE(2) };
        break;
      case 0x54:
        roles.push(role(value));
        break;
      case 0x55:
        implementationVersionName = value.toString('latin1', 0, 16).trimEnd();
        break;
      case 0x58:
        identity = userIdentity(value, limits);
        break;
    }
  }
  return {
    maximumLength,
    implementationClassUid,
    implementationVersionName,
    operationsWindow,
    roles,
    userIdentityType: identity?.type,
    ...(identity && { userIdentity: identity }),
  };
}

/** SCP/SCU role selection (PS3.7 table D.3-9). */
function role(value: Buffer): Role {
  const length = value.length < 4 ? Infinity : value.readUInt16BE(0);
  if (length + 4 !== value.length) throw invalid('a role selection whose lengths disagree');
  return {
    sopClassUid: uidText(value.subarray(2, 2 + length)),
    scu: value[2 + length] === 1,
    scp: value[3 + length] === 1,
  };
}

/** A user identity, its lengths checked (PS3.7 table D.3-14). */
function userIdentity(value: Buffer, limits: Limits): UserIdentity {
  if (value.length > limits.userIdentityLength) {
    throw invalid(`a user identity of ${value.length} bytes`);
  }
  const primary = value.length < 6 ? Infinity : value.readUInt16BE(2);
  const secondaryAt = 4 + primary;
  const secondary = secondaryAt + 2 <= value.length ? value.readUInt16BE(secondaryAt) : Infinity;
  if (secondaryAt + 2 + secondary !== value.length) {
    throw invalid('a user identity whose lengths disagree');
  }
  return {
    type: value[0]!,
    isResponseRequested: value[1] === 1,
    primary: Buffer.from(value.subarray(4, secondaryAt)),
    secondary: Buffer.from(value.subarray(secondaryAt + 2)),
  };
}

function expectLength(value: Buffer, length: number, what: string): void {
  if (value.length !== length) throw invalid(`a ${what} sub-item of ${value.length} bytes`);
}

function invalid(what: string) {
  return invalidParameter(what, 'PS3.7 section D.3.3');
}
