/**
 * The core of the simulated kernel: the table of calls, the caller, errors and events. Each part (jails, mounts, ...)
 * is a module whose `install(kernel)` registers its calls; the part keeps its own state.
 */
import type { Json } from '../client.ts'
import { KernelError as RuleError } from '../text/errno.ts'

/** The error of a call: errno by FreeBSD's name and, where FreeBSD has one, the kernel's errmsg. */
export class KernelError extends Error {
  readonly errno: string
  readonly text: string
  constructor(errno: string, text = '') {
    super(text || errno)
    this.errno = errno
    this.text = text
  }
}

/** A call that never comes back, as where the real kernel waits for ever: the caller gets no answer, others are served. */
export class Hang extends Error {}

/** The caller: the credentials of the socket's peer, and its jail, known by its UTS namespace. */
export interface Caller {
  pid: number
  uid: number
  /** Jail id, 0 on the host. */
  jid: number
}

/** A call's implementation. Throws `KernelError`; anything else that is thrown is a bug of the simulated kernel. */
export type Handler = (caller: Caller, ...args: Json[]) => Json | undefined

/** The events for which parts may listen. */
export interface Events {
  /** Comes about once a second, and before each call. */
  tick: []
  /** A jail was made, with all its parameters set. */
  jailCreated: [jid: number]
  /** A jail is about to go: its processes are dead, and its namespaces still exist. */
  jailRemoving: [jid: number]
  /** A jail has gone. */
  jailRemoved: [jid: number, name: string]
  /** A module was loaded. */
  moduleLoaded: [name: string]
  /** All parts are installed, and the base mounts exist. */
  booted: []
  /** The host reboots: jails and mounts are gone, and each part forgets what a reboot forgets. */
  reboot: []
}

/** The options with which this host was made. */
export interface Options {
  name: string
  hostname: string
  /** kern.racct.enable */
  racct: boolean
  /** Whether a nullfs of an object on itself hangs the caller, as FreeBSD's kernel does, or is made. */
  selfMount: 'hang' | 'allow'
  /** Scratch directory of the host on the machine, as seen before the private root is entered. */
  scratch: string
  /** Directory laid over the machine's root: tools, /rescue, /etc files. */
  lower: string
  /** Repository path, kept visible inside. */
  repository: string
}

type Listener<K extends keyof Events> = (...args: Events[K]) => void

/** The kernel of a simulated host: its calls by name, and its events. */
export class Kernel {
  readonly options: Options
  private readonly calls = new Map<string, Handler>()
  private readonly listeners = new Map<keyof Events, Listener<keyof Events>[]>()
  /** Seconds since the epoch of the last (simulated) boot, and its microseconds. */
  bootTime: { sec: number; usec: number }

  constructor(options: Options) {
    this.options = options
    this.bootTime = now()
  }

  /** Registers a call. Two parts must not register the same name. */
  register(name: string, handler: Handler): void {
    if (this.calls.has(name)) throw new Error(`call ${name} registered twice`)
    this.calls.set(name, handler)
  }

  /** Replaces a registered call; the new handler may call the old one. */
  wrap(name: string, make: (old: Handler) => Handler): void {
    const old = this.calls.get(name)
    if (old === undefined) throw new Error(`no call ${name}`)
    this.calls.set(name, make(old))
  }

  /** Makes a call as the given caller; parts call each other by this function. */
  call(caller: Caller, name: string, ...args: Json[]): Json {
    const handler = this.calls.get(name)
    if (handler === undefined) throw new KernelError('ENOSYS', `no call ${name}`)
    try {
      return handler(caller, ...args) ?? null
    } catch (error) {
      throw error instanceof RuleError ? new KernelError(error.errno, error.detail) : error
    }
  }

  on<K extends keyof Events>(event: K, listener: Listener<K>): void {
    const list = this.listeners.get(event) ?? []
    list.push(listener as Listener<keyof Events>)
    this.listeners.set(event, list)
  }

  emit<K extends keyof Events>(event: K, ...args: Events[K]): void {
    for (const listener of this.listeners.get(event) ?? []) (listener as Listener<K>)(...args)
  }

  reboot(): void {
    this.bootTime = now()
    this.emit('reboot')
  }
}

/** The host itself as a caller, for calls between parts. */
export const HOST: Caller = { pid: process.pid, uid: 0, jid: 0 }

function now(): { sec: number; usec: number } {
  const ms = Date.now()
  return { sec: Math.floor(ms / 1000), usec: (ms % 1000) * 1000 + Math.floor(Math.random() * 1000) }
}

/** Throws EPERM unless the caller is root outside every jail. */
export function requireHostRoot(caller: Caller): void {
  if (caller.uid !== 0 || caller.jid !== 0) throw new KernelError('EPERM')
}

/** An argument that must be a string. */
export function text(value: Json | undefined): string {
  if (typeof value !== 'string') throw new KernelError('EINVAL', 'string argument expected')
  return value
}

/** An argument that must be a number. */
export function number(value: Json | undefined): number {
  if (typeof value !== 'number') throw new KernelError('EINVAL', 'number argument expected')
  return value
}
