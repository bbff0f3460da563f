import fs from 'node:fs'
import path from 'node:path'
import tmp from 'tmp'
import { beforeEach, expect, it, vi } from 'vitest'
import { addressesOnBridge } from '../../../src/container/jail/bridge-addresses.ts'

/** The files that were read, in order. */
const read = vi.hoisted((): string[] => [])
vi.mock('../../../src/host/files.ts', async importOriginal => {
  const files = await importOriginal<typeof import('../../../src/host/files.ts')>()
  return {
    ...files,
    readTextFile(file: string) {
      read.push(file)
      return files.readTextFile(file)
    },
  }
})

const root = tmp.dirSync({ unsafeCleanup: true }).name
const listing =
  'jails0: flags=1008843<UP> metric 0 mtu 1500\n\tether 58:9c:fc:10:ff:93\n\tinet 10.0.0.1 netmask 0xffffff00\n'

/** Writes the plan of a container whose epair has joined the bridge jails0 and has one address. */
function plan(id: string, address: string): void {
  const run = (args: string[]) => ({ kind: 'run', call: { tool: 'ifconfig', args } })
  const steps = [
    run(['jails0', 'addm', `e0a_${id}`]),
    run(['-j', id, 'vnet0', 'inet', `${address}/24`, 'alias']),
  ]
  fs.mkdirSync(path.join(root, id))
  fs.writeFileSync(path.join(root, id, 'plan.json'), JSON.stringify({ hooks: {}, process: {}, steps }))
}

beforeEach(() => {
  fs.rmSync(root, { recursive: true })
  fs.mkdirSync(root)
  read.length = 0
})

it('an address that the bridge or a container on it has is found with its owner', () => {
  plan('web', '10.0.0.7')
  plan('db', '10.0.0.8')
  const found = addressesOnBridge(root, 'jails0', listing, ['10.0.0.1', '10.0.0.8', '10.0.0.9'], undefined)
  expect(Object.fromEntries(found)).toEqual({ '10.0.0.1': 'the bridge', '10.0.0.8': 'container db' })
})

it("each container's plan is read once, also the plan that has the address", () => {
  plan('web', '10.0.0.7')
  plan('db', '10.0.0.8')
  addressesOnBridge(root, 'jails0', listing, ['10.0.0.8'], undefined)
  expect(read).toEqual([path.join(root, 'db/plan.json'), path.join(root, 'web/plan.json')])
})

it('a plan that is damaged or missing does not hide the addresses of other containers', () => {
  plan('web', '10.0.0.7')
  fs.mkdirSync(path.join(root, 'empty'))
  fs.mkdirSync(path.join(root, 'cut'))
  fs.writeFileSync(path.join(root, 'cut/plan.json'), '{"steps": ["10.0.0.7"')
  expect(addressesOnBridge(root, 'jails0', listing, ['10.0.0.7'], undefined).get('10.0.0.7')).toBe(
    'container web',
  )
})
