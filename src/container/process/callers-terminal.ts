/** The terminal that this command was called on. */
import type { Host } from '../../host/types.ts'

/** A size in characters. */
type Size = { rows: number; columns: number }

/** The caller's terminal, if there is one. A terminal that has hung up has no settings any more. */
export interface CallersTerminal {
  /** Its size when that is another one than at the last call. */
  changedSize(): Size | undefined
  /** Raw mode, where it is standard input. */
  makeRaw(): void
  /** The settings that it had. */
  restore(): void
}

/** True for a descriptor that is a terminal. */
export function isTerminal(host: Host, fd: number): boolean {
  return tolerant(() => host.process.getWindowSize(fd)) !== undefined
}

/** Finds the terminal among the standard streams. */
export function callersTerminal(host: Host): CallersTerminal {
  const shown = [0, 1, 2].find(fd => isTerminal(host, fd))
  let saved: Uint8Array | undefined
  let known: Size | undefined
  return {
    changedSize() {
      const now = shown === undefined ? undefined : tolerant(() => host.process.getWindowSize(shown))
      if (!now || (now.rows === known?.rows && now.columns === known.columns)) return undefined
      known = now
      return now
    },
    makeRaw() {
      if (!isTerminal(host, 0)) return
      const before = tolerant(() => host.process.makeRaw(0))
      saved ??= before
    },
    restore() {
      const settings = saved
      saved = undefined
      if (settings) tolerant(() => host.process.restoreTerminal(0, settings))
    },
  }
}

function tolerant<T>(action: () => T): T | undefined {
  try {
    return action()
  } catch {
    return undefined
  }
}
