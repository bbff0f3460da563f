/** Functions that every file of cases uses: names for containers, their removal after each case, and checks for leftovers. */
import { afterEach, beforeAll, expect, test } from 'vitest'
import { type Leftovers, machine, podman, present, until } from './machine.ts'

/** Defines a case about jails, devfs or rctl, which is skipped when runc is the runtime. */
export const freebsdOnly = test.skipIf(!machine.jails)

let count = 0

/** Gives a name for a container that no case has used before. */
export function fresh(word = 'c'): string {
  count += 1
  return `${word}${process.pid}n${count}`
}

/** Removes all containers after each case, and checks that the machine is as it was before the first case of the file. */
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

/** Checks that the machine is as before. It allows some time, because podman goes on after its command has ended. */
export async function nothingLeft(before: Leftovers | undefined): Promise<void> {
  let now: Leftovers | undefined
  const same = () => {
    now = present()
    return JSON.stringify(now) === JSON.stringify(before)
  }
  await until('an end of what was left', same).catch(() => undefined)
  expect(now).toEqual(before)
}
