import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { destroyHost, freshHost, onHost, simulationPossible } from './host.ts'

const script = fileURLToPath(new URL('crash-points.ts', import.meta.url))
const bun = fileURLToPath(new URL('../../node_modules/.bin/bun', import.meta.url))
const runtime = fileURLToPath(new URL('../../dist/jailwright', import.meta.url))

const host = freshHost('crash', { racct: true })
afterAll(() => destroyHost(host))

it.skipIf(!simulationPossible())(
  'delete --force takes the host back from a kill before and after every single effect of create, delete and update',
  () => {
    const { stdout } = onHost(host, [bun, script, runtime, '/var/crash-points'], 570_000)
    const result = JSON.parse(stdout) as {
      points: number
      effects: { create: string[]; delete: string[]; update: string[] }
      leftovers: string[]
    }
    console.log(`crash points: ${result.points}, left-overs: ${result.leftovers.length}`)
    expect(result.leftovers).toEqual([])
    const { create, delete: remove, update } = result.effects
    expect(result.points).toBe(2 * (create.length + remove.length + update.length))
    expect(update).toEqual([expect.stringContaining('rctl -a jail:crash:memoryuse')])
    expect(result.effects.create.length).toBeGreaterThan(20)
  },
  600_000,
)
