/** A mount is made where its destination was resolved, or nowhere, whatever a process does to a shared volume. */
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { check, defineCase, file, gone, removeForce } from '../../harness/define.ts'
import { bind } from '../../harness/entries.ts'
import type { CheckContext, ConfigPatch } from '../../harness/types.ts'

/** Fails when something is mounted on the directory of the host to which the links lead, or in the volume. */
async function nothingOutside(context: CheckContext, when: string): Promise<void> {
  const { stdout } = await context.tool('mount', '-v')
  const places = [`${context.expand('%{dir}')}/outside`, `${context.expand('%{dir}')}/vol`]
  const lines = stdout.split('\n').filter(line => places.some(place => line.includes(` on ${place}`)))
  if (lines.length > 0) context.fail(`${when}: ${lines.join('; ')}`)
}

/** Fails when anything is mounted below the directory of the case. */
async function nothingLeft(context: CheckContext): Promise<void> {
  const { stdout } = await context.tool('mount', '-v')
  const lines = stdout.split('\n').filter(line => line.includes(` on ${context.expand('%{dir}')}/`))
  if (lines.length > 0) context.fail(`left: ${lines.join('; ')}`)
}

const config = {
  mounts: [
    bind('vol', '/vol', 'rw'),
    { destination: '/vol/x', type: 'tmpfs', source: 'tmpfs', options: ['size=1048576'] },
  ],
}

const fileConfig = { mounts: [bind('vol', '/vol', 'rw'), bind('one', '/vol/f', 'ro')] }

const stands =
  'nmount(2) in a directory that is removed says ENOENT, in one that was moved it mounts there (vn_path_to_global_path in sys/kern/vfs_cache.c); a path instead of the directory would follow a link of the attacker (CVE-2021-30465, CVE-2019-19921)'

/** What a process of another container does to the shared volume, when it does it, and what comes of it. */
interface Between {
  id: string
  title: string
  /** The destination of the mount before which create stands still. */
  before: string
  /** A shell command in the volume, which finds the directory of the case in $1. */
  swap: string
  /** The message of create, or that create may succeed as well. */
  answer: 'either' | RegExp
  patch?: ConfigPatch
  fact?: string
}

/**
 * The number of the mount among the effects of create, which a first create tells. The container is deleted again.
 */
async function numberOfMount(context: CheckContext, destination: string): Promise<string> {
  const words = ['%{runtime}', '--root', '%{state}', 'create', '--bundle', '%{bundle}', '%{id}']
  const { status } = await context.tool(
    '/bin/sh',
    '-c',
    'JAILWRIGHT_EFFECTS=$0; export JAILWRIGHT_EFFECTS; exec "$@" </dev/null >"$0.said" 2>&1',
    ...['%{dir}/effects', ...words].map(word => context.expand(word)),
  )
  if (status !== 0) context.fail(`create of an unchanged volume: ${context.read('effects.said')}`)
  const effects = context.read('effects').split('\n')
  const wanted = effects.find(line => / mount \w+ /.test(line) && line.endsWith(`/root${destination}`))
  const deleted = await context.runtime('delete', '--force', context.expand('%{id}'))
  if (deleted.status !== 0) context.fail(`delete: ${deleted.stderr}`)
  if (wanted === undefined) context.fail(`no mount on ${destination}: ${effects.join('; ')}`)
  return /^\d+/.exec(wanted)?.[0] ?? ''
}

/**
 * A case that changes the shared volume after create has found the mount point and before create mounts on it: create stops
 * itself there (docs/architecture.md, Tests of crashes), and goes on when the change is made.
 */
function between({ id, title, before, swap, answer, patch = config, fact = stands }: Between) {
  return defineCase({
    id,
    title,
    stands: fact,
    mark: 'jailwright',
    files: {
      'vol/x': { dir: true },
      'vol/source': { dir: true },
      'vol/f': '',
      one: 'one',
      'outside/x': { dir: true },
      'outside/f': 'host file',
    },
    rootFiles: { 'a/b': { dir: true } },
    config: patch,
    steps: [
      check('the volume is changed in between', async context => {
        const { spawn } = await import('node:child_process')
        const number = await numberOfMount(context, before)
        const words = ['--root', '%{state}', 'create', '--bundle', '%{bundle}', '%{id}']
        // Standard error is a file, because the container's init holds it as well and outlives create.
        const said = openSync(context.expand('%{dir}/said'), 'w')
        const child = spawn(
          context.expand('%{runtime}'),
          words.map(word => context.expand(word)),
          {
            stdio: ['ignore', 'ignore', said],
            env: { ...process.env, JAILWRIGHT_CRASH_AT: `${number}:stop` },
          },
        )
        closeSync(said)
        const over = () => child.exitCode !== null || child.signalCode !== null
        try {
          await context.until(
            () => `create did not stop before effect ${number}: ${context.read('said')}`,
            async () => {
              if (over()) context.fail(`create ended before effect ${number}: ${context.read('said')}`)
              const { stdout } = await context.tool('ps', '-o', 'stat=', '-p', String(child.pid))
              return stdout.trim().startsWith('T')
            },
          )
          const script = `cd "$1/vol" && ${swap}`
          const changed = await context.tool('/bin/sh', '-c', script, 'sh', context.expand('%{dir}'))
          if (changed.status !== 0) context.fail(`the volume could not be changed: ${changed.stderr}`)
          child.kill('SIGCONT')
          await context.until('create did not end', over)
        } finally {
          child.kill('SIGKILL')
        }
        const text = context.read('said')
        if (answer !== 'either' && (child.exitCode === 0 || !answer.test(text)))
          context.fail(`create: ${child.exitCode}: ${text}`)
        await nothingOutside(context, 'after create')
      }),
      removeForce({ either: true }),
      gone(),
      check('nothing is left', nothingLeft),
      file('outside/f', 'host file'),
    ],
  })
}

/** Mounts of a volume that somebody changes meanwhile. */
export const landingCases = [
  between({
    id: 'security.mount-removed-directory',
    title:
      'a mount point that is removed and replaced by a link to the host is not mounted on through the link',
    before: '/vol/x',
    swap: 'rmdir x && ln -s "$1/outside/x" x',
    answer: 'either',
  }),
  between({
    id: 'security.mount-moved-directory',
    title: 'a mount on a directory that was moved meanwhile is taken away again',
    before: '/vol/x',
    swap: 'mv x y && ln -s "$1/outside/x" x',
    answer: /\/vol\/x was changed while it was being mounted/,
  }),
  between({
    id: 'security.mount-replaced-file',
    title: 'a file that is replaced by a link to a file of the host is not mounted on through the link',
    before: '/vol/f',
    swap: 'rm f && ln -s "$1/outside/f" f',
    answer: 'either',
    patch: fileConfig,
  }),
  between({
    id: 'security.mount-source-replaced',
    title:
      'a source that is replaced by a link to the mount point itself is refused and does not hang the kernel',
    before: '/a/b',
    swap: 'rmdir source && ln -s "$1/b1/root/a/b" source',
    answer: /cannot mount on itself/,
    patch: { mounts: [bind('vol/source', '/a/b', 'ro')] },
    fact: 'nullfs_mount in sys/fs/nullfs/null_vfsops.c looks its source up anew: one that is the covered directory never comes back (vn_lock_pair in sys/kern/vfs_vnops.c)',
  }),
  defineCase({
    id: 'security.mount-raced',
    title: 'a loop that swaps a mount point for a link to the host never gets a mount onto the host',
    stands,
    mark: 'jailwright',
    timeout: 300_000,
    files: {
      'vol/x': { dir: true },
      'outside/x': { dir: true },
      'vol/f': '',
      one: 'one',
      'outside/f': 'host file',
    },
    config: { mounts: [...config.mounts, bind('one', '/vol/f', 'ro')] },
    steps: [
      check('eight creates against the loop', async context => {
        const { spawn } = await import('node:child_process')
        const script =
          'cd "$1/vol"; until test -e "$1/enough"; do mv x y; ln -s "$1/outside/x" x; mv f g; ln -s "$1/outside/f" f; rm x f; mv y x; mv g f; done 2>/dev/null'
        const loop = spawn('/bin/sh', ['-c', script, 'sh', context.expand('%{dir}')], { stdio: 'ignore' })
        try {
          const id = context.expand('%{id}')
          for (let round = 1; round <= 8; round += 1) {
            await context.runtime('create', '--bundle', context.expand('%{bundle}'), id)
            await nothingOutside(context, `create ${round}`)
            const answer = await context.runtime('delete', '--force', id)
            if (answer.status !== 0) context.fail(`delete ${round}: ${answer.stderr}`)
            await nothingLeft(context)
          }
        } finally {
          // Whoever kills the shell leaves the command that the shell waits for.
          writeFileSync(context.expand('%{dir}/enough'), '')
          await context.until('the loop does not end', () => loop.exitCode !== null)
        }
      }),
      gone(),
    ],
  }),
]
