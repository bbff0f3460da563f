import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { fresh, leavesNothing } from './cases.ts'
import { call, IMAGE, machine, must, podman } from './machine.ts'

const storage = [
  '--root',
  `${machine.dir}/root`,
  '--runroot',
  `${machine.dir}/run`,
  '--storage-driver',
  'vfs',
]
const buildah = (...args: string[]) => call('buildah', [...storage, ...args])
/** Runs buildah as a user of podman does, with the runtime by its path. */
const run = (container: string, ...words: string[]) =>
  buildah('run', '--runtime', machine.runtime, '--isolation', 'oci', '--network', 'none', container, ...words)

async function from(): Promise<string> {
  const { status, stdout, stderr } = await buildah('from', '--pull-never', IMAGE)
  expect(status, stderr).toBe(0)
  return stdout.trim()
}

leavesNothing()

describe('buildah', () => {
  test('buildah from, run and commit make an image that podman runs', async () => {
    const container = await from()
    const image = `localhost/${fresh('built')}:1`
    expect(await run(container, '--', 'sh', '-c', 'echo built > /built; echo said')).toMatchObject({
      status: 0,
      stdout: 'said\n',
    })
    expect((await buildah('commit', '-q', container, image)).status).toBe(0)
    expect((await buildah('rm', container)).status).toBe(0)
    expect(await must('run', '--rm', image, 'cat', '/built')).toBe('built')
    await must('rmi', image)
  })

  test('buildah run ends with the status of a command that fails', async () => {
    const container = await from()
    const answer = await run(container, '--', 'sh', '-c', 'exit 3')
    expect((await buildah('rm', container)).status).toBe(0)
    expect(answer.status).toBe(3)
  })

  test('buildah run says that a command does not exist', async () => {
    const container = await from()
    const answer = await run(container, '--', '/no/such/program')
    expect((await buildah('rm', container)).status).toBe(0)
    expect(answer.status).not.toBe(0)
    expect(answer.stderr).toContain('/no/such/program')
  })

  test('buildah run applies user, working directory, environment and volume', async () => {
    const container = await from()
    const dir = mkdtempSync(path.join(machine.dir, 'work/buildah-'))
    chmodSync(dir, 0o755)
    writeFileSync(path.join(dir, 'f'), 'in the volume\n')
    await buildah('config', '--workingdir', '/home/user', '--env', 'A=b', container)
    const words = ['run', '--runtime', machine.runtime, '--isolation', 'oci', '--network', 'none']
    words.push('--user', '1001:1002', '-v', `${dir}:/v`, container, '--')
    const answer = await buildah(...words, 'sh', '-c', 'id -u; pwd; echo $A; cat /v/f')
    expect((await buildah('rm', container)).status).toBe(0)
    expect(answer.stderr).toBe('')
    expect(answer).toMatchObject({ status: 0, stdout: '1001\n/home/user\nb\nin the volume\n' })
  })

  test('podman build runs the steps of a Containerfile', async () => {
    const dir = mkdtempSync(path.join(machine.dir, 'work/build-'))
    const image = `localhost/${fresh('file')}:1`
    writeFileSync(path.join(dir, 'added'), 'added\n')
    writeFileSync(
      path.join(dir, 'Containerfile'),
      `FROM ${IMAGE}\nCOPY added /added\nRUN cat /added > /run-made && echo second >> /run-made\nUSER user\nRUN id -u > /tmp/uid\nCMD ["cat", "/run-made", "/tmp/uid"]\n`,
    )
    const options = ['--isolation', 'oci', '--network', 'none', '--pull=never', '-q', '-t', image]
    const answer = await podman(['build', ...options, dir])
    expect(answer.status, answer.stderr).toBe(0)
    expect(await must('run', '--rm', image)).toBe('added\nsecond\n1001')
    await must('rmi', image)
  })

  test('podman build fails when a step fails', async () => {
    const dir = mkdtempSync(path.join(machine.dir, 'work/build-'))
    writeFileSync(path.join(dir, 'Containerfile'), `FROM ${IMAGE}\nRUN exit 4\n`)
    const answer = await podman(['build', '--isolation', 'oci', '--network', 'none', '--pull=never', dir])
    expect(answer.status).not.toBe(0)
    expect(answer.stderr).toContain('exit status 4')
  })
})
