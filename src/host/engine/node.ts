/**
 * Node as the engine, for development and tests: the only module that uses what Node alone has. Built-in modules are
 * taken by `process.getBuiltinModule`, which no bundler follows.
 */
import type { CType } from '../ffi/signatures.ts'
import { openBunFfi, restartBunOnce } from './bun.ts'
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
  // In a program that Bun has compiled __filename is where it was built.
  if (process.versions.bun === undefined && typeof __filename === 'string') return __filename
  return decodeURIComponent(new URL(import.meta.url).pathname)
}

function requireFrom(file: string): NodeJS.Require {
  return process.getBuiltinModule('node:module').createRequire(file)
}

/** Opens the C library with koffi, which is found at run time beside the bundle. */
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
 * Signals by libuv, which is part of Node: its handler runs on whatever thread the signal comes, and tells a loop of our
 * own, which is turned once for each look. Blocking them instead would not do: Node's other threads would still take
 * them, and a new Node unblocks what it inherits. Who sent a signal is not told.
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
  /** What libuv holds pointers to, for as long as the process lives. */
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

function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Program and arguments that start this program again. */
function command(): [string, ...string[]] {
  const here = thisFile()
  if (here.startsWith('/$bunfs/')) return [process.execPath]
  const beside = (relative: string) => process.getBuiltinModule('node:path').resolve(here, '..', relative)
  // The bundler puts shared modules into chunks/ beside main.js.
  if (!here.endsWith('.ts')) {
    const directory = here.includes('/chunks/') ? '..' : '.'
    return [process.execPath, beside(`${directory}/${here.endsWith('.cjs') ? 'main.cjs' : 'main.js'}`)]
  }
  if (process.versions.bun !== undefined) return [process.execPath, beside('../../main.ts')]
  // Source under Node is the test runner, which compiles it on the way: the built program stands in.
  return [process.execPath, beside('../../../dist/node/main.cjs')]
}

/** Node (or Bun, as long as tools of the repository run on it) as the engine. */
export function nodeEngine(): Engine {
  const platform = process.platform === 'freebsd' ? 'freebsd' : 'linux'
  const bun = process.versions.bun !== undefined
  const encoder = new TextEncoder()
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let ffi: Ffi | undefined
  let signals: SignalQueue | undefined
  return {
    get argv() {
      // A compiled executable's link is in argv0; the script's link under Node in the second word.
      const called = basename(process.argv0) === 'ocijail' ? process.argv0 : (process.argv[1] ?? '')
      return [called, ...process.argv.slice(2)]
    },
    version: bun ? `bun ${process.versions.bun}` : `node ${process.versions.node}`,
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
      ffi ??= bun ? openBunFfi(platform, LIBC[platform]) : openKoffi(LIBC[platform])
      return ffi
    },
    get signals() {
      if (bun) return undefined
      signals ??= signalQueue()
      return signals
    },
    ...(bun ? { afterBlocking: () => restartBunOnce(command()) } : {}),
    raisesDescriptors: true,
  }
}
