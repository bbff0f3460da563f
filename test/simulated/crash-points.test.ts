import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import type { Tried } from '../faults/crash/crash-points.ts'
import { destroyHost, freshHost, onHost, simulationPossible } from './host.ts'

const script = fileURLToPath(new URL('crash-points.ts', import.meta.url))
const bun = fileURLToPath(new URL('../../node_modules/.bin/bun', import.meta.url))
const runtime = fileURLToPath(new URL('../../dist/jailwright', import.meta.url))

const host = freshHost('crash', { racct: true })
afterAll(() => destroyHost(host))

it.skipIf(!simulationPossible())(
  'delete --force takes the host back from a kill before and after every single effect of create, delete and update',
  () => {
    const { stdout } = onHost(host, [bun, script, runtime, '/var/crash-points'], 1_700_000)
    const { kills, effects, faults } = JSON.parse(stdout) as Tried
    console.log(`crash points: ${kills}, left-overs: ${faults.length}`)
    expect(faults).toEqual([])
    expect(kills).toBe(2 * effects.length)
    const of = (command: string) => effects.filter(effect => effect.startsWith(`${command}: `))
    expect(of('update')).toEqual([expect.stringContaining('rctl -a jail:crash:memoryuse')])
    expect(of('create')).toContainEqual(expect.stringContaining('zfs jail crash crash/web'))
    expect(of('create').length).toBeGreaterThan(20)
    expect(of('delete').length).toBeGreaterThan(20)
  },
  1_800_000,
)
