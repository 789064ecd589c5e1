import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A text in an editor that is connected to the YAML language server. */
export interface OpenText {
  /** What is offered at a place; lines and characters begin at 0. */
  completions(line: number, character: number): Promise<readonly string[]>;
  /** What is shown of a place. */
  hover(line: number, character: number): Promise<string>;
  /** What is marked, `line:character message` each. */
  readonly diagnostics: readonly string[];
}

/** The YAML language server, spoken to over its standard streams as editors do (Language Server Protocol 3.17). */
export interface LanguageServer {
  /** Opens a text and waits until it has been checked. */
  open(uri: string, text: string): Promise<OpenText>;
  close(): Promise<void>;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
}

interface Place {
  readonly line: number;
  readonly character: number;
}

/** Starts the server and greets it. */
export async function startLanguageServer(): Promise<LanguageServer> {
  const folder = dirname(
    createRequire(import.meta.url).resolve('yaml-language-server/package.json'),
  );
  const program = join(folder, 'bin/yaml-language-server');
  const child = spawn(process.execPath, [program, '--stdio'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const answers = new Map<number, (result: unknown) => void>();
  const checked = new Map<string, (params: unknown) => void>();
  let count = 0;

  const send = (message: object) => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };
  const ask = (method: string, params: object) => {
    const id = ++count;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    answers.set(id, resolve);
    send({ id, method, params });
    return promise;
  };
  const take = ({ id, method, params, result }: Message) => {
    if (method === undefined) {
      answers.get(id ?? 0)?.(result);
    } else if (method === 'workspace/configuration') {
      const { items } = params as { readonly items: readonly { readonly section?: string }[] };
      send({ id, result: items.map(({ section }) => (section === 'yaml' ? settings : {})) });
    } else if (method === 'textDocument/publishDiagnostics') {
      checked.get((params as { readonly uri: string }).uri)?.(params);
    } else if (id !== undefined) {
      send({ id, result: null });
    }
  };
  child.stdout.on('data', messagesOf(take));

  await ask('initialize', { processId: process.pid, rootUri: null, capabilities });
  send({ method: 'initialized', params: {} });

  return {
    async open(uri, text) {
      const { promise, resolve } = Promise.withResolvers<unknown>();
      checked.set(uri, resolve);
      const textDocument = { uri, languageId: 'yaml', version: 1, text };
      send({ method: 'textDocument/didOpen', params: { textDocument } });
      const at = (position: Place) => ({ textDocument: { uri }, position });
      return {
        diagnostics: spelt(await promise),
        async completions(line, character) {
          const found = await ask('textDocument/completion', at({ line, character }));
          const { items } = found as { readonly items: readonly { readonly label: string }[] };
          return items.map(({ label }) => label);
        },
        async hover(line, character) {
          const found = await ask('textDocument/hover', at({ line, character }));
          return (
            (found as { readonly contents?: { readonly value: string } } | null)?.contents?.value ??
            ''
          );
        },
      };
    },
    async close() {
      await ask('shutdown', {});
      const ended = once(child, 'close');
      send({ method: 'exit' });
      await ended;
    },
  };
}

// Nothing is fetched: the schema is named by the text itself.
const settings = {
  validate: true,
  hover: true,
  completion: true,
  schemaStore: { enable: false },
  kubernetesCRDStore: { enable: false },
};

const capabilities = {
  workspace: { configuration: true, didChangeConfiguration: { dynamicRegistration: false } },
  textDocument: {
    publishDiagnostics: {},
    completion: { completionItem: { snippetSupport: false } },
    hover: { contentFormat: ['markdown', 'plaintext'] },
  },
};

/** Cuts a stream into messages. */
function messagesOf(take: (message: Message) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const end = rest.indexOf('\r\n\r\n');
      const length = Number(/Content-Length: (\d+)/i.exec(rest.toString('latin1', 0, end))?.[1]);
      if (end < 0 || rest.length < end + 4 + length) return;
      const body = rest.toString('utf8', end + 4, end + 4 + length);
      rest = rest.subarray(end + 4 + length);
      take(JSON.parse(body) as Message);
    }
  };
}

function spelt(params: unknown): readonly string[] {
  const { diagnostics } = params as {
    readonly diagnostics: readonly {
      readonly range: { readonly start: Place };
      readonly message: string;
    }[];
  };
  return diagnostics.map(({ range: { start }, message }) => {
    return `${start.line + 1}:${start.character + 1} ${message}`;
  });
}
