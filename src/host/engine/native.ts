/** The engine of the product: QuickJS with the C layer of `native/`, which provides the global object `native`. */
import type { CFunction, Engine } from './engine.ts'

/** The global object `native`; native/README.md documents each member. */
export interface Native {
  readonly fn: Readonly<Record<string, CFunction>>
  errno(): number
  address(view: Uint8Array): number
  copy(address: number, length: number): ArrayBuffer
  decode(view: Uint8Array): string
  encode(text: string): Uint8Array<ArrayBuffer>
  readonly argv: readonly string[]
  readonly environ: readonly string[]
  /** Version of QuickJS. */
  readonly version: string
  readonly platform: Engine['platform']
  readonly arch: Engine['arch']
  readonly execPath: string
  part(name: string): unknown
}

/** CLOCK_MONOTONIC of time.h. */
const CLOCK_MONOTONIC = { freebsd: 4, linux: 1 }

/** Gives the environment as an object; of two values with the same name the first one counts, as for getenv(3). */
function environmentOf(entries: readonly string[]): Record<string, string> {
  const environment: Record<string, string> = {}
  for (let index = entries.length - 1; index >= 0; index--) {
    const entry = entries[index]!
    const at = entry.indexOf('=')
    if (at > 0) environment[entry.slice(0, at)] = entry.slice(at + 1)
  }
  return environment
}

/** Gives the engine that the global object `native` provides. */
export function nativeEngine(native: Native): Engine {
  const { fn, platform } = native
  const get = (name: string): CFunction => {
    const found = fn[name]
    if (found === undefined) throw new TypeError(`this program has no C function ${name}`)
    return found
  }
  let environment: Record<string, string> | undefined
  return {
    argv: native.argv,
    version: `quickjs ${native.version}`,
    get environment() {
      environment ??= environmentOf(native.environ)
      return environment
    },
    platform,
    arch: native.arch,
    execPath: native.execPath,
    command: [native.execPath],
    pid: () => get('getpid')(),
    parentPid: () => get('getppid')(),
    exit(status) {
      get('_exit')(status)
      throw new Error('_exit came back')
    },
    part: name => native.part(name),
    monotonicMs() {
      const time = new BigInt64Array(2)
      get('clock_gettime')(CLOCK_MONOTONIC[platform], new Uint8Array(time.buffer))
      return Number(time[0]) * 1000 + Number(time[1]) / 1e6
    },
    encode: text => native.encode(text),
    decode: bytes => native.decode(bytes),
    ffi: {
      lookup: get,
      addressOf: bytes => native.address(bytes),
      copy: (address, length) => new Uint8Array(native.copy(address, length)),
      errno: () => native.errno(),
    },
    raisesDescriptors: false,
  }
}
