/** update with resources on standard input, by CRI-O and containerd (docs/callers.md). */
import { defineCase, finish, startReady, tool, write } from '../../harness/define.ts'
import type { Step } from '../../harness/types.ts'
import { notFor, sleeper } from './words.ts'

/** Calls `update` with resources on standard input; the words are those of the caller. */
function updateBy(words: readonly string[], resources: object): readonly Step[] {
  const script = 'file=$1; shift; exec "$@" <"$file"'
  return [
    write('resources.json', JSON.stringify(resources)),
    tool([
      '/bin/sh',
      '-c',
      script,
      'sh',
      '%{dir}/resources.json',
      '%{runtime}',
      '--root',
      '%{state}',
      ...words,
    ]),
  ]
}

/** rctl(8) shows a rule of the container's jail that matches the pattern. */
function limit(pattern: RegExp): Step {
  return tool(['rctl', 'jail:%{id}'], { stdout: pattern })
}

/** update with resources on standard input. */
export const updateCallerCases = [
  ...(
    [
      ['crio', ['update', '--resources', '-', '%{id}'], 'cri-o internal/oci/runtime_oci.go, UpdateContainer'],
      ['containerd', ['update', '--resources=-', '%{id}'], 'containerd go-runc, runc.go, Update'],
    ] as const
  ).map(([name, words, source]) =>
    defineCase({
      id: `callers.${name}-update`,
      title: `update takes resources on standard input, as ${name} writes them`,
      stands: `${source}: ${words.slice(0, -1).join(' ')} ID, linux.resources as JSON on standard input`,
      mark: 'jails',
      needs: ['racct'],
      notFor: { ...notFor, ocijail: 'has no update' },
      program: sleeper,
      steps: [
        ...startReady(),
        ...updateBy(words, { memory: { limit: 67_108_864 }, pids: { limit: 33 } }),
        limit(/maxproc:deny=33$/m),
        ...finish,
      ],
    }),
  ),
]
