import { describe, expect, test } from 'vitest'
import { freebsdOnly, fresh, leavesNothing } from './cases.ts'
import { IMAGE, must, podman, tool } from './machine.ts'

/** Makes a pod. Its infra container uses the image of the cases, so that podman fetches and builds nothing. */
async function makePod(): Promise<string> {
  const name = fresh('pod')
  const infra = ['--infra-image', IMAGE, '--infra-command', '/bin/sleep 1000']
  await must('pod', 'create', '--name', name, ...infra, '--network', 'none')
  return name
}

leavesNothing()

describe('a pod', () => {
  test('two containers in a pod run side by side and end with the pod', async () => {
    const pod = await makePod()
    const names = [fresh(), fresh()]
    for (const name of names) await must('run', '-d', '--pod', pod, '--name', name, IMAGE, 'sleep', '500')
    for (const name of names) expect(await must('exec', name, 'echo', name)).toBe(name)
    expect(await must('pod', 'inspect', '--format', '{{.NumContainers}} {{.State}}', pod)).toBe('3 Running')
    await must('pod', 'stop', '-t', '0', pod)
    for (const name of names)
      expect(await must('inspect', '--format', '{{.State.Status}}', name)).toBe('exited')
    await must('pod', 'start', pod)
    for (const name of names) expect(await must('exec', name, 'echo', 'again')).toBe('again')
    await must('pod', 'rm', '-f', '-t', '0', pod)
    expect((await podman(['pod', 'exists', pod])).status).toBe(1)
  })

  freebsdOnly('every container of a pod is a jail', async () => {
    const pod = await makePod()
    const id = await must('run', '-d', '--pod', pod, IMAGE, 'sleep', '500')
    const infra = await must('pod', 'inspect', '--format', '{{.InfraContainerID}}', pod)
    expect(tool('jls', 'name').split('\n')).toEqual(expect.arrayContaining([id, infra]))
  })

  test('podman pod kill and podman pod pause reach the containers of the pod', async () => {
    const pod = await makePod()
    const name = fresh()
    await must('run', '-d', '--pod', pod, '--name', name, IMAGE, 'sleep', '500')
    await must('pod', 'pause', pod)
    expect(await must('inspect', '--format', '{{.State.Status}}', name)).toBe('paused')
    await must('pod', 'unpause', pod)
    await must('pod', 'kill', pod)
    expect(await must('wait', name)).toBe('137')
  })
})
