/** Unix sockets as sources. */
import { createServer } from 'node:net'
import { check, defineCase, file, wholeLife } from '../../harness/define.ts'
import { bind } from '../../harness/entries.ts'
import { tmpfs } from './words.ts'

/** Makes a listening socket, s.sock, in the directory of the case. */
const socketListens = check('a socket listens', async context => {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(context.expand('%{dir}/s.sock'), resolve)
  })
  server.unref()
})

/** Unix sockets as sources. */
export const socketCases = [
  defineCase({
    id: 'mounts.socket',
    title: 'a unix socket as source can be reached inside',
    stands:
      'dfr/ocijail#19 asks for the socket of podman or syslog in a container; nullfs cannot cover a socket',
    mark: 'any-runtime',
    notFor: { ocijail: 'ocijail#19 is open', runj: 'files only' },
    config: { mounts: [bind('s.sock', '/run/s.sock')] },
    program: 'test -S /run/s.sock && echo is a socket',
    steps: [socketListens, ...wholeLife('is a socket'), file('s.sock', 'present')],
  }),
  defineCase({
    id: 'mounts.socket-covers',
    title: 'a unix socket as source covers what the image has there, in a read-only tmpfs too',
    stands: 'a mount covers what is there; images hold stale sockets and empty files in /var/run',
    mark: 'any-runtime',
    notFor: { ocijail: 'ocijail#19 is open', runj: 'files only' },
    rootFiles: { 'var/d.sock': 'stale', 'var/l.sock': { link: 'd.sock' } },
    config: {
      mounts: [
        bind('s.sock', '/var/d.sock'),
        bind('s.sock', '/var/l.sock'),
        tmpfs('/ro', 'ro', 'size=1m'),
        bind('s.sock', '/ro/s.sock'),
      ],
    },
    program: 'for s in /var/d.sock /var/l.sock /ro/s.sock; do test -S $s && echo is a socket; done',
    steps: [
      socketListens,
      ...wholeLife('is a socket\nis a socket\nis a socket'),
      file('b1/root/var/d.sock', 'stale'),
      file('b1/root/var/l.sock', 'stale'),
      file('s.sock', 'present'),
    ],
  }),
]
