// The least that `start` can be (bench-least-program.ts), beside an empty program: most of what `start` takes more than an
// empty program is the kernel's, which wakes another process of the engine up and clears it away.
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { median, timed, timedDetached } from './bench-clock.mjs'
import { compile } from './bundle.mjs'

/** Compiles the program with the flags of the real one. */
export async function compileLeast(executable) {
  await compile(fileURLToPath(new URL('bench-least-program.ts', import.meta.url)), executable)
}

/** Measures the `least` in `work` beside its `empty`, in turns, and prints both; nothing where it was not compiled. */
export function measureLeast(work, rounds) {
  const [least, empty] = ['least', 'empty'].map(name => path.join(work, name))
  if (![least, empty].every(existsSync)) return
  const channels = ['ctl', 'result'].map(name => path.join(work, `least-${name}`))
  timed(['mkfifo', ...channels])
  const once = () => {
    const { stdout, stderr } = spawnSync(least, ['create', ...channels], { encoding: 'utf8' })
    const waiting = Number(stdout)
    if (!(waiting > 0)) throw new Error(`the least program does not start: ${stderr}`)
    try {
      return [timedDetached([empty]), timedDetached([least, 'start', ...channels])]
    } finally {
      process.kill(waiting, 'SIGKILL')
    }
  }
  once() // The first one fills the caches.
  const rows = Array.from({ length: rounds }, once)
  for (const channel of channels) rmSync(channel)
  const [nothing, took] = [0, 1].map(column => median(rows.map(row => row[column])))
  console.log(
    '\nthe least that start can be (tell a waiting process of the engine, see it execute a program),',
  )
  console.log(
    `executable (Bun), milliseconds, medians: took ${took.toFixed(1)}   empty ${nothing.toFixed(1)}   ratio ${(took / nothing).toFixed(2)}`,
  )
}
