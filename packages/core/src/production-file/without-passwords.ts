/** A text with bullets in place of the passwords of its URLs. */
export function withoutPasswords(text: string): string {
  return text.replaceAll(passwords, '$1•••$2');
}

// RFC 3986 section 3.2.1: user information before the host; a scheme, a name, a colon, a password.
const passwords = /([a-z][a-z0-9+.-]*:\/\/[^\s/?#:@]*:)[^\s/?#@]+(@)/gi;
