/** Which runtime a plain `podman run` takes, by podman's own files. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import tmp from 'tmp'
import { beforeEach, expect, it } from 'vitest'
import { fix } from '../../../src/container/check/fix.ts'
import { checkPodman } from '../../../src/container/check/podman.ts'

let dir = ''

function put(path: string, text = '', mode = 0o644): string {
  const file = join(dir, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text, { mode })
  return file
}

function taken(env: Record<string, string> = {}) {
  return checkPodman({ PATH: join(dir, 'bin'), ...env }, dir).find(({ subject }) => subject === 'podman run')
}

const share = 'usr/local/share/containers/containers.conf'
const etc = 'usr/local/etc/containers/containers.conf'

beforeEach(() => {
  dir = tmp.dirSync({ unsafeCleanup: true }).name
  put('bin/podman', '', 0o755)
})

it('without a file podman takes the first of the runtimes that it tries itself', () => {
  expect(taken()?.status).toBe('warning')
  const ocijail = put('bin/ocijail', '', 0o755)
  expect(taken()).toEqual({
    ...{ subject: 'podman run', status: 'ok', hint: 'jailwright check --fix makes it jailwright' },
    message: `takes ocijail (${ocijail}), podman's own choice, since no file names one`,
  })
  const runc = put('bin/runc', '', 0o755)
  expect(taken()?.message).toContain(`takes runc (${runc})`)
})

it('the last file that names a runtime decides what podman takes, and check names that file', () => {
  put('bin/ocijail', '', 0o755)
  const names = (name: string) => `[engine]\nruntime = "${name}"\n`
  const first = put(share, names('ocijail'))
  expect(taken()?.message).toContain(`as ${first} says`)
  put(etc, '[engine]\n')
  expect(taken()?.message).toContain(`as ${first} says`)
  const second = put(`${etc}.d/10.conf`, names('ocijail'))
  expect(taken()?.message).toContain(`as ${second} says`)
  put(`${etc}.d/20.conf.off`, names('none'))
  const own = put('home/.config/containers/containers.conf', names('ocijail'))
  expect(taken({ HOME: join(dir, 'home') })?.message).toContain(`as ${own} says`)
  const only = put('only.conf', names('ocijail'))
  expect(taken({ CONTAINERS_CONF: only })?.message).toContain(`as ${only} says`)
  expect(taken({ CONTAINERS_CONF_OVERRIDE: only })?.message).toContain(`as ${only} says`)
  // Linux's directories are none that podman of FreeBSD reads.
  put('etc/containers/containers.conf', names('none'))
  expect(taken()?.message).toContain(`as ${second} says`)
})

it('a runtime that does not exist, or that no table has, is a warning with the file to correct', () => {
  const file = put(etc, '[engine]\nruntime = "jailwright"\n')
  expect(taken()).toEqual({
    ...{ subject: 'podman run', status: 'warning', hint: `correct "runtime" in ${file}` },
    message: `would take jailwright, as ${file} says, and find no such program`,
  })
  put(etc, '[engine]\nruntime = "/nowhere/runc"\n')
  expect(taken()?.message).toContain('would take runc')
})

it('podman takes this program after check --fix, and through a link in the place of ocijail', () => {
  const executable = put('lib/jailwright', '', 0o755)
  fix(join(dir, `${etc}.d`), executable).apply()
  const found = taken()
  expect(found).toMatchObject({
    status: 'ok',
    message: expect.stringContaining(`takes jailwright (${executable})`),
  })
  expect(found).not.toHaveProperty('hint')
  symlinkSync(executable, join(dir, 'bin/ocijail'))
  put(`${etc}.d/zz.conf`, '[engine]\nruntime = "ocijail"\n')
  expect(taken()).not.toHaveProperty('hint')
})

it.each(['__proto__', 'constructor', 'toString'])('a runtime called %s is one that does not exist', name => {
  const file = put(etc, `[engine]\nruntime = "${name}"\n`)
  expect(taken()).toMatchObject({ status: 'warning', message: expect.stringContaining(file) })
  // Whatever a file gives as its paths.
  put(etc, `[engine]\nruntime = "${name}"\n[engine.runtimes]\n${name} = ["/nosuch/${name}"]\n`)
  expect(taken()).toMatchObject({ status: 'warning', message: expect.stringContaining(file) })
})
