#!/usr/bin/env bun
/** `simhost`: makes, enters and removes simulated FreeBSD hosts. */
import fs from 'node:fs'
import { parseArgs } from 'node:util'
import { createHost, destroyHost, execHost, listHosts, rebootHost } from './host/hosts.ts'

const USAGE = `usage: simhost create [--racct] [--hostname NAME] [--self-mount hang|allow] H
       simhost exec H [--] COMMAND [ARGUMENT ...]
       simhost reboot [--no-cleanvar] H
       simhost destroy H
       simhost list
       simhost makeroot DIR        (inside a host: a small root made from /rescue)
`

function fail(message: string): never {
  fs.writeSync(2, `simhost: ${message}\n`)
  process.exit(1)
}

async function main(argv: string[]): Promise<number> {
  const command = argv[0]
  const rest = argv.slice(1)
  if (command === undefined || command === '--help' || command === '-h') {
    fs.writeSync(command === undefined ? 2 : 1, USAGE)
    return command === undefined ? 1 : 0
  }
  if (command === 'list') {
    for (const name of listHosts()) fs.writeSync(1, `${name}\n`)
    return 0
  }
  if (process.getuid?.() !== 0)
    fail('the simulated host needs root (namespaces and mounts); this user is not root')
  if (command === 'exec') {
    const [host, ...words] = rest
    if (words[0] === '--') words.shift()
    if (host === undefined || words.length === 0) fail('exec needs a host and a command')
    return execHost(host, words)
  }
  const { values, positionals } = parseArgs({
    args: rest,
    allowPositionals: true,
    options: {
      racct: { type: 'boolean' },
      hostname: { type: 'string' },
      'self-mount': { type: 'string' },
      'no-cleanvar': { type: 'boolean' },
    },
  })
  const host = positionals[0]
  if (host === undefined) fail(`${command} needs an argument\n${USAGE.trimEnd()}`)
  switch (command) {
    case 'create': {
      const selfMount = values['self-mount'] ?? 'hang'
      if (selfMount !== 'hang' && selfMount !== 'allow') fail('--self-mount is hang or allow')
      createHost(host, {
        racct: values.racct ?? false,
        hostname: values.hostname ?? 'fbsd15',
        selfMount,
      })
      return 0
    }
    case 'destroy':
      destroyHost(host)
      return 0
    case 'reboot':
      return rebootHost(host, !(values['no-cleanvar'] ?? false))
    case 'makeroot': {
      const { makeRoot } = await import('./host/rootfs.ts')
      makeRoot(host)
      return 0
    }
    default:
      fail(`unknown command ${command}\n${USAGE.trimEnd()}`)
  }
}

try {
  process.exit(await main(process.argv.slice(2)))
} catch (error) {
  fail(
    error instanceof Error
      ? process.env.SIMHOST_DEBUG
        ? (error.stack ?? '')
        : error.message
      : String(error),
  )
}
