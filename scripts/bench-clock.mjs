// What bench.mjs and bench-least.mjs take time with.
import { spawnSync } from 'node:child_process'

/** The middle one. */
export const median = list => {
  const sorted = [...list].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** 95th percentile by nearest rank: of fewer than 20 the slowest one. */
export const p95 = list => [...list].sort((a, b) => a - b)[Math.ceil(0.95 * list.length) - 1]

/** Runs to the end; milliseconds. A command that fails ends the benchmark. */
export function timed(argv, env = {}) {
  const begin = process.hrtime.bigint()
  const { status, stderr, error } = spawnSync(argv[0], argv.slice(1), {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  const took = Number(process.hrtime.bigint() - begin) / 1e6
  if (error || status !== 0) throw new Error(`${argv.join(' ')}: ${error?.message ?? `${status} ${stderr}`}`)
  return took
}

/** Like timed, but standard error is not waited for: init of a container keeps it open. */
export function timedDetached(argv, env = {}) {
  const begin = process.hrtime.bigint()
  const { status, error } = spawnSync(argv[0], argv.slice(1), {
    stdio: 'ignore',
    env: { ...process.env, ...env },
  })
  const took = Number(process.hrtime.bigint() - begin) / 1e6
  if (error || status !== 0) throw new Error(`${argv.join(' ')}: ${error?.message ?? status}`)
  return took
}
