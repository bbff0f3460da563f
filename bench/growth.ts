/** Measuring how the times of commands grow with the number of containers and with the size of a configuration. */
import { engine } from '../src/host/engine/index.ts'
import { makeDirectories, writeTextFile } from '../src/host/files.ts'
import { writeBundle } from './bundle.ts'
import { runWell } from './clock.ts'
import type { Runtime } from './life.ts'
import { median } from './statistics.ts'

/** One result: what was measured, the number of containers, mounts or annotations, and the median in milliseconds. */
export interface Growth {
  what: string
  size: number
  ms: number
}

const SIZES = [0, 10, 100, 1000]

/** The result of one round: the milliseconds of each command by its name in the table. */
type Round = Readonly<Record<string, number>>

/**
 * Gives the medians of up to `rounds` rounds, after one round that does not count. No round begins after the time `end` of
 * engine.monotonicMs(). The list is empty when no round counts.
 */
function medians(size: number, rounds: number, end: number, once: () => Round): Growth[] {
  const times = new Map<string, number[]>()
  for (let round = -1; round < rounds && engine.monotonicMs() < end; round++)
    for (const [what, ms] of Object.entries(once())) {
      const all = times.get(what) ?? []
      times.set(what, all)
      if (round >= 0) all.push(ms)
    }
  return [...times]
    .filter(([, all]) => all.length > 0)
    .map(([what, all]) => ({ what, size, ms: median(all) }))
}

/**
 * Measures `list`, `create`, `state` and `delete` of one container, with each number of SIZES of other containers in the state
 * directory. No measurement begins after the time `end` of engine.monotonicMs().
 */
export function withContainers(
  { program }: Runtime,
  work: string,
  bundle: string,
  rounds: number,
  end: number,
): Growth[] {
  return SIZES.flatMap(size => {
    if (engine.monotonicMs() >= end) return []
    const state = `${work}/many-${size}`
    makeDirectories(state, 0o711)
    for (let n = 0; n < size; n++) leaveState(state, `many-${n}`, n + 1)
    const at = (...args: string[]) => [...program, '--root', state, ...args]
    return medians(size, rounds, end, () => ({
      list: runWell(at('list')).ms,
      create: runWell(at('create', '--bundle', bundle, 'one')).ms,
      state: runWell(at('state', 'one')).ms,
      delete: runWell(at('delete', '--force', 'one')).ms,
    }))
  })
}

/** Writes the state directory of a container whose process no longer exists. */
function leaveState(state: string, id: string, jid: number): void {
  makeDirectories(`${state}/${id}`, 0o711)
  const fields = {
    jid,
    pid: 2 ** 22 - 1,
    pidStart: 'another',
    id,
    boot: '',
    annotations: {},
    ociVersion: '1.3.0',
    status: 'running',
    paused: false,
    bundle: `/containers/${id}`,
    rootfs: `/containers/${id}/rootfs`,
    jailName: id,
    created: '2026-01-01T00:00:00.000Z',
  }
  writeTextFile(`${state}/${id}/state.json`, JSON.stringify(fields))
}

/**
 * Measures `plan` with each number of SIZES of mounts, and of annotations. No measurement begins after `end`, as in
 * `withContainers`.
 */
export function withConfig(
  { program }: Runtime,
  work: string,
  rootfs: string,
  rounds: number,
  end: number,
): Growth[] {
  const mounts = (count: number) =>
    Array.from({ length: count }, (_, n) => ({
      destination: `/data/${n}`,
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['size=65536'],
    }))
  const annotations = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`com.example.label-${n}`, `value ${n}`]))
  return SIZES.flatMap(size =>
    (
      [
        ['plan, mounts', { mounts: mounts(size) }],
        ['plan, annotations', { annotations: annotations(size) }],
      ] as const
    ).flatMap(([what, contents]) => {
      const dir = writeBundle(`${work}/large`, 'jail', rootfs, ['/bin/sleep', '0'], contents)
      return medians(size, rounds, end, () => ({ [what]: runWell([...program, 'plan', '--bundle', dir]).ms }))
    }),
  )
}

/**
 * Gives the results as a table with a line for each command and a column for each size; `-` is a result that there was no time
 * for.
 */
export function growthTable(rows: readonly Growth[]): string {
  const names = [...new Set(rows.map(({ what }) => what))]
  const line = (name: string) => {
    const cells = SIZES.map(size => rows.find(row => row.what === name && row.size === size)?.ms)
    return `${name.padEnd(20)}${cells.map(cell => (cell === undefined ? '-' : cell.toFixed(2)).padStart(10)).join('')}`
  }
  return `${[`${'how many there'.padEnd(20)}${SIZES.map(size => String(size).padStart(10)).join('')}`, ...names.map(line)].join('\n')}\n`
}
