/** One life of a container: the commands that a caller runs from `create` to `delete`. */
import { call } from '../src/host/ffi/index.ts'
import { readTextFile } from '../src/host/files.ts'
import { sleep } from '../src/host/wait.ts'
import { EXEC_FILE } from './bundle.ts'

/** A runtime that is measured. */
export interface Runtime {
  /** The name in the tables. */
  name: string
  /** The program and its first arguments. */
  program: readonly string[]
  kind: 'jail' | 'linux'
}

/** The commands of a life, in order. */
export const COMMANDS = ['create', 'state', 'start', 'exec', 'kill', 'delete'] as const
/** One of the commands of a life. */
export type Command = (typeof COMMANDS)[number]

/** The files of a runtime: its state directory, the bundle and the pid file of its container. */
export interface Place {
  state: string
  bundle: string
  pidFile: string
}

/** Calls `each` with every command of one life of the container `id`; before `delete` it waits for the end of the program. */
export function life(
  { program }: Runtime,
  { state, bundle, pidFile }: Place,
  id: string,
  each: (command: Command, argv: readonly string[]) => void,
): void {
  const at = (...args: string[]) => [...program, '--root', state, ...args]
  each('create', at('create', '--bundle', bundle, '--pid-file', pidFile, id))
  each('state', at('state', id))
  each('start', at('start', id))
  // Every runtime takes a program as a file; ocijail takes it in no other way.
  each('exec', at('exec', '--process', `${bundle}/${EXEC_FILE}`, id))
  each('kill', at('kill', id, 'KILL'))
  waitForEnd(Number(readTextFile(pidFile)))
  each('delete', at('delete', id))
}

/** Longest wait for the end of a killed program, in rounds of 2 ms. */
const PATIENCE = 5000

/** Waits until a process that is no child of this one has ended; a zombie counts as ended. Throws when it does not end. */
export function waitForEnd(pid: number): void {
  for (let round = 0; round < PATIENCE; round++) {
    if (call('kill', pid, 0) === -1 || isZombie(pid)) return
    sleep(2)
  }
  throw new Error(`process ${pid} does not end`)
}

function isZombie(pid: number): boolean {
  try {
    return / Z /.test(readTextFile(`/proc/${pid}/stat`))
  } catch {
    return false
  }
}
