/** Programs that execve(2) does not know or whose interpreter is missing, and an empty HOME. */
import { defineCase, failsToStart, gone, run } from '../../harness/define.ts'

/** Cases about programs that are scripts. */
export const scriptCases = [
  defineCase({
    id: 'process.script-without-interpreter-line',
    title: "the container's /bin/sh runs a script without #!",
    stands: 'execvp(3) runs the file by /bin/sh when execve(2) gives ENOEXEC; ocijail calls execvp',
    mark: 'jails',
    rootFiles: { 'opt/plain': { text: 'echo plain $1\n', mode: 0o755 } },
    config: { process: { args: ['/opt/plain', 'word'] } },
    output: /^plain word$/m,
  }),
  defineCase({
    id: 'process.empty-script',
    title: 'an empty program is an empty script, which succeeds',
    stands:
      'execvp(3) runs the file by /bin/sh when execve(2) gives ENOEXEC, and sh(1) finds no command in it',
    mark: 'jails',
    rootFiles: { 'opt/empty': { text: '', mode: 0o755 } },
    config: { process: { args: ['/opt/empty'] } },
    notFor: { ocijail: 'has no run', runj: 'has no run' },
    steps: [run(), gone()],
  }),
  defineCase({
    id: 'process.missing-interpreter',
    title: 'a script whose interpreter is missing is an error that names the interpreter',
    stands:
      'execve(2) gives ENOENT for a script whose interpreter is missing, such as "#!/bin/sh\\r" of a file with Windows lines',
    mark: 'jailwright',
    rootFiles: { 'opt/crlf': { text: '#!/bin/sh\r\necho no\r\n', mode: 0o755 } },
    config: { process: { args: ['/opt/crlf'] } },
    steps: failsToStart(/its interpreter "\/bin\/sh\\r": no such file or directory/),
  }),
  defineCase({
    id: 'process.home-empty',
    title: 'an empty HOME counts as none',
    stands: 'runc (libcontainer) looks HOME up when it is empty',
    mark: 'jailwright',
    config: { process: { env: ['PATH=/rescue:/bin:/sbin', 'HOME='] } },
    program: 'echo "home $HOME."',
    output: /^home \/[^ ]*\.$/m,
  }),
]
