/**
 * Node as the engine, for development and tests. No other module uses Node's own functions. Built-in modules come from
 * `process.getBuiltinModule`, which no bundler follows.
 */
import type { CType } from '../ffi/signatures.ts'

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

/** Absolute path of the file that this module is part of, in an ES module and in a CommonJS bundle. */
function thisFile(): string {
  if (typeof __filename === 'string') return __filename
  return decodeURIComponent(new URL(import.meta.url).pathname)
}

function requireFrom(file: string): NodeJS.Require {
  return process.getBuiltinModule('node:module').createRequire(file)
}

/** Opens the C library with koffi, which Node finds in node_modules at run time. */
function openKoffi(libc: string): Ffi {
  const koffi = requireFrom(thisFile())('koffi') as typeof import('koffi')
  const library = koffi.load(libc)
  return {
    lookup(name, { args, result = 'i32' }) {
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

/** Numbers of signals by name without SIG, as this system has them. */
function signalNumbers(): Readonly<Record<string, number>> {
  const { signals } = process.getBuiltinModule('node:os').constants
  return Object.fromEntries(Object.entries(signals).map(([name, number]) => [name.slice(3), number]))
}

/**
 * Signals by libuv, which is part of Node. The handler runs on the thread that gets the signal and tells this queue's own
 * loop, which `next` runs once. Blocking the signals would not work: Node's other threads would still take them, and a new
 * Node unblocks the signals that it inherits as blocked. libuv does not tell who sent a signal.
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
  /** Memory to which libuv holds pointers; it must not be collected while the process lives. */
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

/** Program and arguments that start this program again. */
function command(): [string, ...string[]] {
  const here = thisFile()
  const beside = (relative: string) => process.getBuiltinModule('node:path').resolve(here, '..', relative)
  // Only the test runner runs the source itself; the built program stands in for it.
  return [process.execPath, beside(here.endsWith('.ts') ? '../../../dist/node/main.cjs' : 'main.cjs')]
}

/** Node as the engine. */
export function nodeEngine(): Engine {
  const platform = process.platform === 'freebsd' ? 'freebsd' : 'linux'
  const encoder = new TextEncoder()
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let ffi: Ffi | undefined
  let signals: SignalQueue | undefined
  return {
    get argv() {
      // A caller can give the name by argv[0], as to the native program, or by a link to the script.
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
