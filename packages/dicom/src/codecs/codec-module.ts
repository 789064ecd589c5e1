import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** The codecs of dcmjs-codecs, compiled to WebAssembly: CharLS, OpenJPEG, OpenJPH and the IJG's library for 8, 12 and 16 bits. */
export interface CodecModule {
  /** Calls a function of the module; booleans are 0 and 1. */
  call(name: string, ...values: readonly number[]): number;
  /** Its memory, which is another one after it has grown. */
  memory(): Buffer;
}

/**
 * Loads the codecs. They are given nothing of their surroundings: no file, no clock, no output. Their memory ends at a
 * GiB, for frames that claim to be of any size.
 * @returns makes them, with a memory of their own
 */
export async function loadCodecModule(): Promise<() => CodecModule> {
  // Not through its JavaScript, which brings a DICOM reader with it and writes to the console.
  const path = createRequire(import.meta.url).resolve(
    'dcmjs-codecs/build/dcmjs-native-codecs.wasm',
  );
  const module = await WebAssembly.compile(withMemoryLimit(await readFile(path)));
  return () => codecModule(new WebAssembly.Instance(module, surroundings(module)).exports);
}

function codecModule(exports: object): CodecModule {
  const functions = exports as Readonly<Record<string, (...values: number[]) => number>>;
  const { memory } = exports as { readonly memory: { readonly buffer: ArrayBuffer } };
  const call = (name: string, ...values: readonly number[]) => {
    const called = functions[name];
    if (!called) throw new Error(`dcmjs-codecs has no ${name}`);
    return called(...values);
  };
  call('_initialize');
  return { call, memory: () => Buffer.from(memory.buffer) };
}

// What we use of the WebAssembly JavaScript Interface, whose declarations come with those of browsers only.
declare const WebAssembly: {
  compile(bytes: Uint8Array<ArrayBuffer>): Promise<object>;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
  readonly Module: {
    imports(module: object): readonly { readonly module: string; readonly name: string }[];
  };
};

const mostPages = 16_384; // Of 64 KiB.
const memorySection = 5;

/** Lowers the maximum that the module gives its memory (WebAssembly core specification, section 5.5.8). */
function withMemoryLimit(bytes: Buffer): Uint8Array<ArrayBuffer> {
  const limited = new Uint8Array(bytes);
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = limited[at++]!;
      value += (byte & 0x7f) * 2 ** shift;
      if ((byte & 0x80) === 0) return value;
    }
  };
  while (at < limited.length) {
    const section = number();
    const end = number() + at;
    if (section !== memorySection) {
      at = end;
      continue;
    }
    const [memories, limits] = [number(), number()];
    number();
    const maximum = at;
    const width = end - maximum;
    if (memories !== 1 || limits !== 1 || number() < mostPages || width !== 3) break;
    for (let index = 0; index < width; index += 1) {
      const more = index + 1 < width ? 0x80 : 0;
      limited[maximum + index] = ((mostPages >>> (7 * index)) & 0x7f) | more;
    }
    return limited;
  }
  throw new Error('the memory of dcmjs-codecs cannot be limited: its module is another one');
}

/** What the module asks of its surroundings answers with nothing; only its end is made an error. */
function surroundings(module: object): object {
  const ends = new Set(['proc_exit', 'onCodecsException']);
  const answers: Record<string, Record<string, () => number>> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (answers[from] ??= {})[name] = () => {
      if (ends.has(name)) throw new Error('the codec gave up');
      return 0;
    };
  }
  return answers;
}
