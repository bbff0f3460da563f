import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commands } from '../../src/cli/commands.ts'
import { completionScript, shells } from '../../src/cli/completion/index.ts'
import { shellNames } from '../../src/cli/completion/model.ts'

let dir: string

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'jailwright-completion-'))
  // Stands for the program: it knows two containers.
  writeFileSync(join(dir, 'jailwright'), '#!/bin/sh\n[ "$*" = "list -q" ] && printf "web\\ndb\\n"\n')
  chmodSync(join(dir, 'jailwright'), 0o755)
  for (const shell of shells) writeFileSync(join(dir, shell), completionScript(shell, 'jailwright')!)
})
afterAll(() => rmSync(dir, { recursive: true }))

function has(shell: string): boolean {
  const found = spawnSync(shell, ['-c', 'exit 0']).status === 0
  if (!found) console.error(`skipped: no ${shell} here to try its completion`)
  return found
}

/** Words and the completions that both bash and fish have to give; the last word is being typed. */
const cases: readonly (readonly [line: string, expected: readonly string[]])[] = [
  ['jailwright st', ['start', 'state', 'stats']],
  ['jailwright --root /x st', ['start', 'state', 'stats']],
  ['jailwright start ', ['web', 'db']],
  ['jailwright start web ', []],
  ['jailwright kill -a web H', ['HUP']],
  ['jailwright delete web d', ['db']],
  ['jailwright exec -u 3 w', ['web']],
  ['jailwright create --li', ['--limits']],
  ['jailwright create --limits ', ['strict', 'best-effort']],
  ['jailwright list -f ', ['table', 'json']],
  ['jailwright completion ', ['sh', 'bash', 'zsh', 'fish', 'tcsh']],
  ['jailwright help unkno', []],
  ['jailwright exec web /usr/bin/diffst', []],
]

test('every shell of the table has a completion script', () => {
  expect(shellNames).toEqual(shells)
  expect(completionScript('ksh', 'jailwright')).toBeUndefined()
  expect(completionScript('constructor', 'jailwright')).toBeUndefined()
})

describe.runIf(has('bash'))('bash', () => {
  function complete(words: readonly string[]): string[] {
    const script = `source ${dir}/bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _jailwright; printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script, 'bash', ...words], {
      encoding: 'utf8',
      env: { PATH: `${dir}:${process.env.PATH}` },
    })
    expect(stderr).toBe('')
    return stdout.split('\n').filter(Boolean)
  }

  test.each(cases)('bash completes "%s" with %j', (line, expected) => {
    expect(complete(line.split(' '))).toEqual(expected)
  })

  test('bash completes a value after an equals sign, which bash makes a word of its own', () => {
    expect(complete(['jailwright', 'create', '--limits', '=', 's'])).toEqual(['strict'])
    expect(complete(['jailwright', '--root', '=', '/x', 'resu'])).toEqual(['resume'])
  })

  test('the completion script for sh loads the one for bash', () => {
    const loader = `jailwright() { cat ${dir}/bash; }; . ${dir}/sh; declare -F _jailwright`
    expect(spawnSync('bash', ['--norc', '-c', loader], { encoding: 'utf8' }).stdout).toBe('_jailwright\n')
  })
})

describe.runIf(has('fish'))('fish', () => {
  test.each(cases)('fish completes "%s" with %j', (line, expected) => {
    const script = `source ${dir}/fish; complete -C $argv[1] | string replace -r '\\t.*' ''`
    const { stdout } = spawnSync('fish', ['--no-config', '-c', script, line], {
      encoding: 'utf8',
      env: { PATH: `${dir}:${process.env.PATH}`, HOME: dir },
    })
    expect(stdout.split('\n').filter(Boolean).sort()).toEqual([...expected].sort())
  })
})

test.runIf(has('zsh'))('zsh accepts its completion script', () => {
  const { stderr, status } = spawnSync('zsh', ['-f', '-n', join(dir, 'zsh')], { encoding: 'utf8' })
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
})

test('the completion script for zsh offers every command', () => {
  for (const name of Object.keys(commands))
    expect(completionScript('zsh', 'jailwright')).toContain(`    '${name}:`)
})

test.runIf(has('tcsh'))('tcsh accepts its completion script', () => {
  const { stdout, status } = spawnSync('tcsh', ['-f', '-c', `source ${dir}/tcsh; complete jailwright`], {
    encoding: 'utf8',
  })
  expect(status).toBe(0)
  expect(stdout).toContain('`jailwright list -q`')
})

test.runIf(has('sh'))('the completion script for sh does nothing in a sh without completion', () => {
  const { stdout, stderr, status } = spawnSync('sh', ['-eu', join(dir, 'sh')], { encoding: 'utf8' })
  expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: '', status: 0 })
})
