/**
 * Node as the engine, for development and tests. No other module of src/ uses Node's own functions. Built-in modules are loaded
 * with `process.getBuiltinModule`, which a bundler does not follow.
 */
import { type CType, type Signature, signatures } from '../ffi/signatures.ts'
import type { CaughtSignal, Engine, Ffi, SignalQueue } from './engine.ts'

const TYPES: Readonly<Record<CType | 'i64', string>> = {
  i32: 'int',
  u32: 'unsigned int',
  u64: 'uint64_t',
  i64: 'int64_t',
  ptr: 'void *',
}

const LIBC = { freebsd: 'libc.so.7', linux: 'libc.so.6' }

declare const __filename: string | undefined

/** Gives the absolute path of the file that contains this module: an ES module in tests, a CommonJS bundle in dist/node. */
function thisFile(): string {
  if (typeof __filename === 'string') return __filename
  return decodeURIComponent(new URL(import.meta.url).pathname)
}

function requireFrom(file: string): NodeJS.Require {
  return process.getBuiltinModule('node:module').createRequire(file)
}

/** Opens the C library with koffi, which Node finds in node_modules. */
function openKoffi(libc: string): Ffi {
  const koffi = requireFrom(thisFile())('koffi') as typeof import('koffi')
  const library = koffi.load(libc)
  return {
    lookup(name) {
      const { args, result = 'i32' }: Signature = signatures[name]
      return library.func(
        name,
        TYPES[result],
        args.map(type => TYPES[type]),
      )
    },
    addressOf: memory => Number(koffi.address(memory)),
    copy: (address, length) => {
      const bytes = koffi.view(BigInt(address), length)
      return new Uint8Array(bytes.slice(0))
    },
    errno: () => koffi.errno(),
  }
}

/** Gives this system's numbers of signals by name without SIG. */
function signalNumbers(): Readonly<Record<string, number>> {
  const { signals } = process.getBuiltinModule('node:os').constants
  return Object.fromEntries(Object.entries(signals).map(([name, number]) => [name.slice(3), number]))
}

/**
 * Collects signals with libuv, which is part of Node. libuv's handler runs on the thread that gets the signal and informs the
 * event loop of this queue, which `next` runs once. Blocking the signals would not work, because Node's other threads would
 * still get them, and because Node unblocks inherited signals when it starts. libuv does not tell the sender of a signal.
 */
function signalQueue(): SignalQueue {
  const koffi = requireFrom(thisFile())('koffi') as typeof import('koffi')
  const program = koffi.load(null)
  const uv = (name: string, result: string, ...args: string[]) => program.func(`uv_${name}`, result, args)
  const UV_SIGNAL = 16
  const UV_RUN_NOWAIT = 2
  const callbackType = koffi.proto('void jailwright_signal(void *handle, int number)')
  const handleSize = Number(uv('handle_size', 'size_t', 'int')(UV_SIGNAL))
  const loop = new Uint8Array(new ArrayBuffer(Number(uv('loop_size', 'size_t')())))
  uv('loop_init', 'int', 'void *')(loop)
  const run = uv('run', 'int', 'void *', 'int')
  const start = program.func('uv_signal_start', 'int', ['void *', koffi.pointer(callbackType), 'int'])
  const stop = uv('signal_stop', 'int', 'void *')
  const numbers = signalNumbers()
  const come: number[] = []
  const callback = koffi.register(
    (_handle: unknown, number: number) => come.push(number),
    koffi.pointer(callbackType),
  )
  /** Memory to which libuv holds pointers. This list keeps the engine from collecting it. */
  const handles: Uint8Array[] = []
  return {
    take(names) {
      const taken = names.map(name => {
        const handle = new Uint8Array(new ArrayBuffer(handleSize))
        handles.push(handle)
        uv('signal_init', 'int', 'void *', 'void *')(loop, handle)
        start(handle, callback, numbers[name]!)
        return handle
      })
      return () => {
        for (const handle of taken) stop(handle)
      }
    },
    next(names): CaughtSignal | undefined {
      run(loop, UV_RUN_NOWAIT)
      for (const [at, number] of come.entries()) {
        const name = names.find(name => numbers[name] === number)
        if (name === undefined) continue
        come.splice(at, 1)
        return { name, pid: 0 }
      }
      return undefined
    },
  }
}

/** Gives the command that starts this program again, without its arguments. */
function command(): [string, ...string[]] {
  const here = thisFile()
  const beside = (relative: string) => process.getBuiltinModule('node:path').resolve(here, '..', relative)
  // A test runs the modules of src/ themselves; the command is then that of the built program.
  return [process.execPath, beside(here.endsWith('.ts') ? '../../../dist/node/main.cjs' : 'main.cjs')]
}

/** Gives Node as the engine. */
export function nodeEngine(): Engine {
  const platform = process.platform === 'freebsd' ? 'freebsd' : 'linux'
  const encoder = new TextEncoder()
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let ffi: Ffi | undefined
  let signals: SignalQueue | undefined
  return {
    get argv() {
      // A caller can choose the name with argv[0], as for the native program, or with a link to the script.
      const called = /(^|\/)ocijail$/.test(process.argv0) ? process.argv0 : (process.argv[1] ?? '')
      return [called, ...process.argv.slice(2)]
    },
    version: `node ${process.versions.node}`,
    get environment() {
      return process.env
    },
    platform,
    arch: process.arch as Engine['arch'],
    execPath: process.execPath,
    get command() {
      return command()
    },
    pid: () => process.pid,
    parentPid: () => process.ppid,
    exit: status => process.exit(status),
    part: name => requireFrom(thisFile())(`./${name}.cjs`) as unknown,
    monotonicMs: () => performance.now(),
    encode: text => encoder.encode(text) as Uint8Array<ArrayBuffer>,
    decode: bytes => decoder.decode(bytes),
    get ffi() {
      ffi ??= openKoffi(LIBC[platform])
      return ffi
    },
    get signals() {
      signals ??= signalQueue()
      return signals
    },
    raisesDescriptors: true,
  }
}
