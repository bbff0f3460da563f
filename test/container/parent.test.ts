import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import tmp from 'tmp'
import { expect, it } from 'vitest'
import { lowerChildren, raiseChildren } from '../../src/container/parent.ts'
import { fakeHost } from './fake-host.ts'

const room = () => ({ parent: 'pod', lock: join(tmp.dirSync({ unsafeCleanup: true }).name, '.children') })

/** A host whose jail `pod` has the limit that jail(8) was last told. */
function hostWithPod(first: number) {
  const host = fakeHost()
  host.jails.set('pod', 1)
  let now = first
  host.kernel.jailParams = () => ({ 'children.max': String(now) })
  const run = host.run
  host.run = (tool, args, options) => {
    now = Number(/children\.max=(\d+)/.exec(args.join(' '))?.[1])
    return run(tool, args, options)
  }
  return { host, max: () => now }
}

it('makes room for one child and takes it back, never below none', () => {
  const { host, max } = hostWithPod(0)
  const place = room()
  raiseChildren(host, place)
  raiseChildren(host, place)
  expect(max()).toBe(2)
  for (let n = 0; n < 3; n += 1) lowerChildren(host, place)
  expect(max()).toBe(0)
  expect(existsSync(place.lock)).toBe(false)
  host.jails.clear()
  lowerChildren(host, place)
  expect(() => raiseChildren(host, place)).toThrow('jail "pod" not found')
})

it('waits for a command that is changing the limit', async () => {
  const { host, max } = hostWithPod(3)
  const place = room()
  const holder = spawn('sh', ['-c', 'exec 9>>"$0"; flock 9; echo held; sleep 0.3', place.lock])
  await once(holder.stdout, 'data')
  const begin = Date.now()
  raiseChildren(host, place)
  expect(Date.now() - begin).toBeGreaterThan(200)
  expect(max()).toBe(4)
})
