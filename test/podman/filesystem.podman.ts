import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { freebsdOnly, fresh, leavesNothing } from './cases.ts'
import { IMAGE, machine, must, podman } from './machine.ts'

const shell = (options: string[], script: string) =>
  podman(['run', '--rm', ...options, IMAGE, '/bin/sh', '-c', script])

/** Makes a directory of the host with one file in it. */
function directory(): string {
  const dir = mkdtempSync(path.join(machine.dir, 'work/vol-'))
  writeFileSync(path.join(dir, 'file'), 'from the host\n')
  return dir
}

leavesNothing()

describe('volumes', () => {
  test('a directory of the host can be read and written in the container', async () => {
    const dir = directory()
    const answer = await shell(['-v', `${dir}:/data`], 'cat /data/file; echo from inside > /data/new')
    expect(answer).toMatchObject({ status: 0, stdout: 'from the host\n' })
    expect(readFileSync(path.join(dir, 'new'), 'utf8')).toBe('from inside\n')
  })

  test('a read-only volume cannot be written', async () => {
    const dir = directory()
    const answer = await shell(['-v', `${dir}:/data:ro`], 'cat /data/file; echo x > /data/new')
    expect(answer.stdout).toBe('from the host\n')
    expect(answer.stderr).toMatch(/Read-only file system/)
    expect(answer.status).not.toBe(0)
    expect(existsSync(path.join(dir, 'new'))).toBe(false)
  })

  test('a single file is mounted over a file of the image, and in a place where there is none', async () => {
    const file = path.join(directory(), 'file')
    const options = ['-v', `${file}:/etc/group:ro`, '-v', `${file}:/new/place/file`]
    const answer = await shell(options, 'cat /etc/group /new/place/file; echo more >> /new/place/file')
    expect(answer).toMatchObject({ status: 0, stdout: 'from the host\nfrom the host\n' })
    expect(readFileSync(file, 'utf8')).toBe('from the host\nmore\n')
  })

  test('a named volume keeps its content between containers', async () => {
    const name = fresh('vol')
    await must('run', '--rm', '-v', `${name}:/named`, IMAGE, 'sh', '-c', 'echo kept > /named/f')
    expect(await must('run', '--rm', '-v', `${name}:/named`, IMAGE, 'cat', '/named/f')).toBe('kept')
    await must('volume', 'rm', name)
  })

  test('a volume inside a volume is mounted after it, although it is named before', async () => {
    const [outer, inner] = [directory(), directory()]
    writeFileSync(path.join(inner, 'deep'), 'deep\n')
    const answer = await shell(['-v', `${inner}:/o/in`, '-v', `${outer}:/o`], 'cat /o/file /o/in/deep')
    expect(answer).toMatchObject({ status: 0, stdout: 'from the host\ndeep\n' })
  })

  test('two containers share a volume', async () => {
    const dir = directory()
    const first = await must('run', '-d', '-v', `${dir}:/data`, IMAGE, 'sleep', '99')
    await must('run', '--rm', '--volumes-from', first, IMAGE, 'sh', '-c', 'echo shared > /data/s')
    expect(await must('exec', first, 'cat', '/data/s')).toBe('shared')
  })

  test('a destination that the image has as a link is found inside the root', async () => {
    const dir = directory()
    const base = fresh()
    await must('run', '--name', base, IMAGE, 'ln', '-s', '/etc', '/link')
    await must('commit', '-q', base, 'localhost/linked:1')
    const answer = await podman([
      'run',
      '--rm',
      '-v',
      `${dir}:/link/there`,
      'localhost/linked:1',
      'cat',
      '/etc/there/file',
    ])
    expect(answer).toMatchObject({ status: 0, stdout: 'from the host\n' })
    expect(existsSync('/etc/there')).toBe(false)
    await must('rm', base)
    await must('rmi', 'localhost/linked:1')
  })

  test('--mount type=bind mounts a directory read-only', async () => {
    const answer = await shell(
      ['--mount', `type=bind,src=${directory()},dst=/b,ro=true`],
      'cat /b/file; touch /b/x',
    )
    expect(answer.stdout).toBe('from the host\n')
    expect(answer.status).not.toBe(0)
  })

  test('a secret is a file of mode 0444', async () => {
    const file = path.join(directory(), 'file')
    const name = fresh('secret')
    await must('secret', 'create', name, file)
    const answer = await shell(
      ['--secret', name],
      `cat /run/secrets/${name}; stat -c %a /run/secrets/${name}`,
    )
    await must('secret', 'rm', name)
    expect(answer.stdout).toBe('from the host\n444\n')
  })
})

describe('tmpfs', () => {
  test('--tmpfs applies the size and the mode', async () => {
    const answer = await shell(
      ['--tmpfs', '/t:size=65536,mode=1770'],
      'stat -c %a /t; dd if=/dev/zero of=/t/f bs=1024 count=256 2>&1 | head -n 1; echo x > /tmp/ok && cat /tmp/ok',
    )
    expect(answer.stdout).toMatch(/^1770\n/)
    expect(answer.stdout).toMatch(/No space left on device/)
    expect(answer.stdout).toMatch(/x\n$/)
  })

  test('--mount type=tmpfs applies the size', async () => {
    const answer = await shell(
      ['--mount', 'type=tmpfs,dst=/t2,tmpfs-size=65536'],
      'echo in > /t2/f; cat /t2/f',
    )
    expect(answer).toMatchObject({ status: 0, stdout: 'in\n' })
  })

  test('a tmpfs has the files that the image has in its place', async () => {
    const answer = await shell(['--tmpfs', '/home'], 'ls /home; touch /home/x')
    expect(answer).toMatchObject({ status: 0, stdout: 'user\n' })
  })

  test('/dev/shm can be written', async () => {
    expect(await shell([], 'echo x > /dev/shm/f && cat /dev/shm/f')).toMatchObject({
      status: 0,
      stdout: 'x\n',
    })
  })
})

describe('read-only root', () => {
  test('with --read-only the root cannot be written, and /tmp can', async () => {
    const answer = await shell(
      ['--read-only'],
      'touch /etc/x; echo $?; touch /tmp/x; echo $?; cat /etc/not-executable',
    )
    expect(answer.stdout).toBe('1\n0\ntext\n')
    expect(answer.stderr).toMatch(/Read-only file system/)
  })

  test('with --read-only a volume can be written', async () => {
    const dir = directory()
    const answer = await shell(['--read-only', '-v', `${dir}:/home/user`], 'echo in > /home/user/new')
    expect(answer.status).toBe(0)
    expect(readFileSync(path.join(dir, 'new'), 'utf8')).toBe('in\n')
  })

  test('the image is unchanged by what was mounted in it', async () => {
    const name = fresh()
    const options = ['--name', name, '-v', `${directory()}:/made/here`, '--tmpfs', '/and/here']
    expect((await podman(['run', ...options, IMAGE, 'true'])).status).toBe(0)
    const point = await must('mount', name)
    const made = existsSync(path.join(point, 'made'))
    await must('umount', name)
    await must('rm', name)
    if (machine.jails) expect(made).toBe(false)
  })
})

describe('/dev', () => {
  test('/dev/null, /dev/zero and /dev/urandom work', async () => {
    const script = 'echo x > /dev/null && head -c 4 /dev/zero | od -An -tx1 && head -c 8 /dev/urandom | wc -c'
    expect((await shell([], script)).stdout).toBe(' 00 00 00 00\n8\n')
  })

  freebsdOnly('a device is hidden, and shown with --device', async () => {
    expect((await shell([], 'test -e /dev/bpf')).status).toBe(1)
    expect(await shell(['--device', '/dev/bpf'], 'test -c /dev/bpf && echo there')).toMatchObject({
      status: 0,
      stdout: 'there\n',
    })
  })

  test('--device of a device that is always there changes nothing', async () => {
    expect(await shell(['--device', '/dev/zero'], 'head -c 2 /dev/zero | od -An -tx1')).toMatchObject({
      status: 0,
      stdout: ' 00 00\n',
    })
  })

  test('--device names a device that the host does not have', async () => {
    const answer = await shell(['--device', '/dev/nosuch0'], 'true')
    expect(answer.status).not.toBe(0)
    expect(answer.stderr).toContain('/dev/nosuch0')
  })
})

test('/etc/hosts and /etc/hostname have what the options say', async () => {
  const options = ['--add-host', 'a.example:1.2.3.4', '--hostname', 'me']
  const answer = await shell(options, 'cat /etc/hosts; cat /etc/hostname')
  expect(answer.status).toBe(0)
  expect(answer.stdout).toMatch(/1\.2\.3\.4\s+a\.example/)
  expect(answer.stdout).toMatch(/^me$/m)
})

test("a file that the container makes in a volume belongs to the container's user", async () => {
  const dir = directory()
  await must('run', '--rm', '--user', '0:44', '-v', `${dir}:/data`, IMAGE, 'touch', '/data/mine')
  expect(statSync(path.join(dir, 'mine'))).toMatchObject({ uid: 0, gid: 44 })
})
