/** How the commands grow: with many containers there, and with a large configuration. */
import { engine } from '../src/host/engine/index.ts'
import { makeDirectories, writeTextFile } from '../src/host/files.ts'
import { writeBundle } from './bundle.ts'
import { runWell } from './clock.ts'
import type { Runtime } from './life.ts'
import { median } from './statistics.ts'

/** One row: what was measured, with how much of it there, and the median in milliseconds. */
export interface Growth {
  what: string
  size: number
  ms: number
}

const SIZES = [0, 10, 100, 1000]

/** Commands that belong together, each named for the table; one round runs each once and gives its milliseconds. */
type Round = Readonly<Record<string, number>>

/**
 * Medians of up to `rounds` rounds, one more before them that does not count. No round begins after `end` (on
 * engine.monotonicMs); without a round that counts there is no row.
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
 * `list`, `create`, `state` and `delete` of one container with that many others in the state directory. What does not begin
 * before `end` (on engine.monotonicMs) is not measured.
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

/** The state directory of a container whose process is there no more. */
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

/** `plan` of a configuration with that many mounts, and with that many annotations; bounded by `end` as withContainers is. */
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
      const dir = writeBundle(`${work}/large`, 'jail', rootfs, ['/bin/true'], contents)
      return medians(size, rounds, end, () => ({ [what]: runWell([...program, 'plan', '--bundle', dir]).ms }))
    }),
  )
}

/** The rows as a table: a line for each thing measured, a column for each size, `-` where time ran out. */
export function growthTable(rows: readonly Growth[]): string {
  const names = [...new Set(rows.map(({ what }) => what))]
  const line = (name: string) => {
    const cells = SIZES.map(size => rows.find(row => row.what === name && row.size === size)?.ms)
    return `${name.padEnd(20)}${cells.map(cell => (cell === undefined ? '-' : cell.toFixed(2)).padStart(10)).join('')}`
  }
  return `${[`${'how many there'.padEnd(20)}${SIZES.map(size => String(size).padStart(10)).join('')}`, ...names.map(line)].join('\n')}\n`
}
