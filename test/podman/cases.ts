/** What every file of cases begins with: names for containers, removal after each case, and the look at what is left. */
import { afterEach, beforeAll, expect, test } from 'vitest'
import { type Leftovers, machine, podman, present, until } from './machine.ts'

/** A case about jails, devfs or rctl: skipped where runc stands in. */
export const freebsdOnly = test.skipIf(!machine.jails)

let count = 0

/** A name for a container that no case used before. */
export function fresh(word = 'c'): string {
  count += 1
  return `${word}${process.pid}n${count}`
}

/** After each case all containers are removed, and the machine must look as before the file's first case. */
export function leavesNothing(): void {
  let before: Leftovers | undefined
  beforeAll(() => {
    before = present()
  })
  afterEach(async () => {
    const pods = await podman(['pod', 'ps', '-q'])
    if (pods.stdout !== '') expect(await podman(['pod', 'rm', '-f', '-a'])).toMatchObject({ status: 0 })
    const containers = await podman(['ps', '-a', '-q'])
    if (containers.stdout !== '')
      expect(await podman(['rm', '-f', '-t', '0', '-a'])).toMatchObject({ status: 0 })
    await nothingLeft(before)
  })
}

/** The machine as before, a moment allowed for what podman does after its command has ended. */
export async function nothingLeft(before: Leftovers | undefined): Promise<void> {
  const same = () => JSON.stringify(present()) === JSON.stringify(before)
  await until('an end of what was left', same).catch(() => undefined)
  expect(present()).toEqual(before)
}
