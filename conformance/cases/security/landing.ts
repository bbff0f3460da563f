/** A mount is made where its destination was resolved, or nowhere, whatever a process does to a shared volume. */
import { openSync } from 'node:fs'
import { check, defineCase, file, gone, removeForce, tool } from '../../harness/define.ts'
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

/**
 * A case that changes the shared volume after create has found the mount point and before create mounts on it. The file of
 * effects is a FIFO, so that create waits before each effect until the case reads a line. The script acts at the line of
 * the mount before, that of /dev/fd.
 */
function between(
  id: string,
  title: string,
  swap: string,
  answer: 'either' | RegExp,
  patch: ConfigPatch = config,
  fact = stands,
) {
  return defineCase({
    id,
    title,
    stands: fact,
    mark: 'jailwright',
    timeout: 90_000,
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
      tool(['mkfifo', '%{dir}/effects']),
      check('the volume is changed in between', async context => {
        const { spawn } = await import('node:child_process')
        const script = [
          'while :; do',
          // The read fails when the writer of the last line had not closed the FIFO yet.
          '  read -r line <"$1/effects" || continue',
          '  echo "$line" >>"$1/lines"',
          `  case $line in *"mount fdescfs "*) sleep 2; cd "$1/vol" && { ${swap}; } && echo done >"$1/swapped";; esac`,
          'done',
        ].join('\n')
        const reader = spawn('/bin/sh', ['-c', script, 'sh', context.expand('%{dir}')], { stdio: 'ignore' })
        try {
          const id = context.expand('%{id}')
          const words = ['--root', context.expand('%{state}'), 'create', '--bundle']
          let status: number | null = null
          // A line is lost when create writes it before the reader has closed the FIFO of the line before: then nothing is
          // changed, and the same create is tried again.
          for (let attempt = 1; attempt <= 5 && context.read('swapped') === ''; attempt += 1) {
            if (attempt > 1) await context.runtime('delete', '--force', id)
            const child = spawn(context.expand('%{runtime}'), [...words, context.expand('%{bundle}'), id], {
              // Standard error is a file, because the container's init holds it as well and outlives create.
              stdio: ['ignore', 'ignore', openSync(context.expand('%{dir}/said'), 'w')],
              env: { ...process.env, JAILWRIGHT_EFFECTS: context.expand('%{dir}/effects') },
            })
            const limit = setTimeout(() => child.kill('SIGKILL'), 30_000)
            status = await new Promise<number | null>(resolve => child.once('exit', resolve))
            clearTimeout(limit)
          }
          const said = context.read('said')
          if (context.read('swapped') === '') context.fail(`nothing was changed: ${context.read('lines')}`)
          if (answer !== 'either' && (status === 0 || !answer.test(said)))
            context.fail(`create: ${status}: ${said}`)
        } finally {
          reader.kill('SIGKILL')
        }
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
  between(
    'security.mount-removed-directory',
    'a mount point that is removed and replaced by a link to the host is not mounted on through the link',
    'rmdir x && ln -s "$1/outside/x" x',
    'either',
  ),
  between(
    'security.mount-moved-directory',
    'a mount on a directory that was moved meanwhile is taken away again',
    'mv x y && ln -s "$1/outside/x" x',
    /\/vol\/x was changed while it was being mounted/,
  ),
  between(
    'security.mount-replaced-file',
    'a file that is replaced by a link to a file of the host is not mounted on through the link',
    'rm f && ln -s "$1/outside/f" f',
    'either',
    fileConfig,
  ),
  between(
    'security.mount-source-replaced',
    'a source that is replaced by a link to the mount point itself is refused and does not hang the kernel',
    'rmdir source && ln -s "$1/b1/root/a/b" source',
    /cannot mount on itself/,
    { mounts: [bind('vol/source', '/a/b', 'ro')] },
    'nullfs_mount in sys/fs/nullfs/null_vfsops.c looks its source up anew: one that is the covered directory never comes back (vn_lock_pair in sys/kern/vfs_vnops.c)',
  ),
  defineCase({
    id: 'security.mount-raced',
    title: 'a loop that swaps a mount point for a link to the host never gets a mount onto the host',
    stands,
    mark: 'jailwright',
    timeout: 90_000,
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
          'cd "$1/vol"; while :; do mv x y; ln -s "$1/outside/x" x; mv f g; ln -s "$1/outside/f" f; rm x f; mv y x; mv g f; done 2>/dev/null'
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
          loop.kill('SIGKILL')
        }
      }),
      gone(),
    ],
  }),
]
