/** Programs that execve(2) does not know or whose interpreter is missing, and an empty HOME. */
import { defineCase, failsToStart } from '../../harness/define.ts'

export const scriptCases = [
  defineCase({
    id: 'process.script-without-interpreter-line',
    title: 'a script without #! is run by /bin/sh of the container',
    stands: 'execvp(3): on ENOEXEC the file is run by /bin/sh; ocijail calls execvp',
    mark: 'jails',
    rootFiles: { 'opt/plain': { text: 'echo plain $1\n', mode: 0o755 } },
    config: { process: { args: ['/opt/plain', 'word'] } },
    output: /^plain word$/m,
  }),
  defineCase({
    id: 'process.missing-interpreter',
    title: 'a script whose interpreter is missing says which',
    stands: 'a file of Windows lines has "#!/bin/sh\\r"; execve(2) answers ENOENT for a file that is there',
    mark: 'jailwright',
    rootFiles: { 'opt/crlf': { text: '#!/bin/sh\r\necho no\r\n', mode: 0o755 } },
    config: { process: { args: ['/opt/crlf'] } },
    steps: failsToStart(/its interpreter "\/bin\/sh\\r": no such file or directory/),
  }),
  defineCase({
    id: 'process.home-empty',
    title: 'an empty HOME counts as none',
    stands: 'runc, libcontainer: HOME is looked up when it is empty',
    mark: 'jailwright',
    config: { process: { env: ['PATH=/rescue:/bin:/sbin', 'HOME='] } },
    program: 'echo "home $HOME."',
    output: /^home \/[^ ]*\.$/m,
  }),
]
