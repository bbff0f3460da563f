import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const programs = [
  ['the executable', join(root, 'dist/jailwright'), 'quickjs'],
  ['the bundle for Node', join(root, 'bin/jailwright'), 'node'],
] as const
const built = existsSync(join(root, 'dist/jailwright')) && existsSync(join(root, 'dist/node/main.cjs'))
if (!built) console.error('skipped: not built (npm run build): tests of the executable')

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'jailwright-built-'))
})
afterAll(() => rmSync(dir, { recursive: true }))

describe.runIf(built).each(programs)('%s', (_, program, engine) => {
  test('the built program prints its engine with --version', () => {
    const { stdout, stderr, status } = spawnSync(program, ['--version'], { encoding: 'utf8' })
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(stdout).toContain(`\nengine: ${engine} `)
  })

  test('the built program has yargs for help and errors', () => {
    expect(spawnSync(program, ['start', '--help'], { encoding: 'utf8' }).stdout).toContain(
      'Usage: jailwright start',
    )
    expect(spawnSync(program, ['start', '--no'], { encoding: 'utf8' }).stderr).toBe(
      'jailwright: start: unknown option --no (see "jailwright start --help")\n',
    )
  })

  test('the built program uses the name ocijail when it is called through a link of that name', () => {
    const link = join(mkdtempSync(join(dir, `${engine}-`)), 'ocijail')
    symlinkSync(program, link)
    expect(spawnSync(link, ['state'], { encoding: 'utf8' }).stderr).toBe(
      'ocijail: state: CONTAINER-ID is missing (see "ocijail state --help")\n',
    )
    expect(spawnSync(link, ['bogus'], { encoding: 'utf8' }).stderr).toBe(
      'ocijail: unknown command "bogus" (see "ocijail --help")\n',
    )
  })

  test("the built program runs nothing from the current directory, which may be a container's root", () => {
    const here = mkdtempSync(join(dir, 'hostile-'))
    writeFileSync(join(here, 'evil.js'), 'console.log("EVIL")\n')
    writeFileSync(join(here, '.env'), 'NODE_OPTIONS=--require=./evil.js\n')
    writeFileSync(join(here, 'package.json'), '{"type":"commonjs"}\n')
    const { stdout, stderr } = spawnSync(program, ['--version'], { encoding: 'utf8', cwd: here })
    expect(stdout).toMatch(/^jailwright version .*\nspec: .*\nengine: .*\n$/)
    expect(stderr).toBe('')
  })
})
