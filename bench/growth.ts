/** How the commands grow: with many containers there, and with a large configuration. */
import { makeDirectories, writeTextFile } from '../src/host/files.ts'
import { writeBundle } from './bundle.ts'
import { run, runWell } from './clock.ts'
import type { Runtime } from './life.ts'
import { median } from './statistics.ts'

/** One row: what was measured, with how much of it there, and the median in milliseconds. */
export interface Growth {
  what: string
  size: number
  ms: number
}

const SIZES = [0, 10, 100, 1000]

/** `state`, `list` and `create` followed by `delete`, with that many other containers in the state directory. */
export function withContainers({ program }: Runtime, work: string, bundle: string, rounds: number): Growth[] {
  return SIZES.flatMap(size => {
    const state = `${work}/many-${size}`
    makeDirectories(state, 0o711)
    for (let n = 0; n < size; n++) leaveState(state, `many-${n}`, n + 1)
    const at = (...args: string[]) => [...program, '--root', state, ...args]
    const times = {
      list: [] as number[],
      create: [] as number[],
      state: [] as number[],
      delete: [] as number[],
    }
    for (let round = -1; round < rounds; round++) {
      const one = {
        list: runWell(at('list')).ms,
        create: runWell(at('create', '--bundle', bundle, 'one')).ms,
        state: runWell(at('state', 'one')).ms,
        delete: runWell(at('delete', '--force', 'one')).ms,
      }
      if (round < 0) continue
      for (const key of Object.keys(one) as (keyof typeof one)[]) times[key].push(one[key])
    }
    return Object.entries(times).map(([what, all]) => ({ what, size, ms: median(all) }))
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

/** `plan` of a configuration with that many mounts, and with that many annotations. */
export function withConfig({ program }: Runtime, work: string, rootfs: string, rounds: number): Growth[] {
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
    ).map(([what, contents]) => {
      const dir = writeBundle(`${work}/large`, 'jail', rootfs, ['/bin/true'], contents)
      const times = Array.from({ length: rounds + 1 }, () => run([...program, 'plan', '--bundle', dir]).ms)
      return { what, size, ms: median(times.slice(1)) }
    }),
  )
}

/** The rows as a table: a line for each thing measured, a column for each size. */
export function growthTable(rows: readonly Growth[]): string {
  const names = [...new Set(rows.map(({ what }) => what))]
  const line = (name: string) => {
    const cells = SIZES.map(size => rows.find(row => row.what === name && row.size === size)?.ms)
    return `${name.padEnd(20)}${cells.map(cell => (cell === undefined ? '' : cell.toFixed(2)).padStart(10)).join('')}`
  }
  return `${[`${'how many there'.padEnd(20)}${SIZES.map(size => String(size).padStart(10)).join('')}`, ...names.map(line)].join('\n')}\n`
}
