/** The terminal on which this command was called. */
import { quietly } from '../../errors.ts'
import type { Host } from '../../host/types.ts'

/** The size of a terminal in characters. */
type Size = { rows: number; columns: number }

/** The caller's terminal, if there is one. All operations tolerate a terminal that has hung up. */
export interface CallersTerminal {
  /** Returns the size when it has changed since the last call; undefined otherwise. */
  changedSize(): Size | undefined
  /** Puts standard input in raw mode when it is a terminal. */
  makeRaw(): void
  /** Restores the settings that standard input had before `makeRaw`. */
  restore(): void
}

/** True for a descriptor of a terminal. */
export function isTerminal(host: Host, fd: number): boolean {
  return quietly(() => host.process.getWindowSize(fd)) !== undefined
}

/** Finds the caller's terminal among the standard streams. */
export function callersTerminal(host: Host): CallersTerminal {
  const shown = [0, 1, 2].find(fd => isTerminal(host, fd))
  let saved: Uint8Array | undefined
  let known: Size | undefined
  return {
    changedSize() {
      const now = shown === undefined ? undefined : quietly(() => host.process.getWindowSize(shown))
      if (!now || (now.rows === known?.rows && now.columns === known.columns)) return undefined
      known = now
      return now
    },
    makeRaw() {
      if (!isTerminal(host, 0)) return
      const before = quietly(() => host.process.makeRaw(0))
      saved ??= before
    },
    restore() {
      const settings = saved
      saved = undefined
      if (settings) quietly(() => host.process.restoreTerminal(0, settings))
    },
  }
}
