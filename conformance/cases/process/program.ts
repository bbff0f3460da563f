/** Which program runs, and what the runtime says when no program can run. */
import { defineCase, failsToStart } from '../../harness/define.ts'

const noSuch = /no such file or directory|executable file not found/i

const denied = /permission denied/i

/** Which program runs, and what the runtime says when no program can run. */
export const programCases = [
  defineCase({
    id: 'process.no-such-program',
    title: 'a program that does not exist gives podman status 127',
    stands:
      'podman (libpod/oci_util.go): "executable file not found in" and "no such file or directory" give exit status 127',
    mark: 'any-runtime',
    config: { process: { args: ['/no/such/program'] } },
    steps: failsToStart(noSuch),
  }),
  defineCase({
    id: 'process.not-in-path',
    title: 'a program that PATH does not find gives podman status 127',
    stands: 'podman (libpod/oci_util.go): "executable file not found in" gives exit status 127',
    mark: 'any-runtime',
    config: { process: { args: ['no-such-program'] } },
    steps: failsToStart(noSuch),
  }),
  defineCase({
    id: 'process.not-executable',
    title: 'a program that may not be executed gives podman status 126',
    stands: 'podman (libpod/oci_util.go): "permission denied" gives exit status 126',
    mark: 'any-runtime',
    config: { process: { args: ['/etc/passwd'] } },
    steps: failsToStart(denied),
  }),
  defineCase({
    id: 'process.directory-as-program',
    title: 'a directory as program gives podman status 126',
    stands: 'podman (libpod/oci_util.go): "permission denied" gives exit status 126',
    mark: 'any-runtime',
    config: { process: { args: ['/etc'] } },
    steps: failsToStart(/permission denied|operation not permitted|is a directory/i),
  }),
  defineCase({
    id: 'process.no-args',
    title: 'empty args are an error',
    stands:
      'config.md, Process: "args ... This specification extends the IEEE standard in that at least one entry is REQUIRED"',
    mark: 'any-runtime',
    config: { process: { args: [] } },
    steps: failsToStart(/args/i),
  }),
  defineCase({
    id: 'process.hostname',
    title: 'the hostname of the config is seen inside',
    stands:
      'config.md, Hostname: "hostname (string, OPTIONAL) specifies the container\'s hostname as seen by processes running inside the container"',
    mark: 'any-runtime',
    config: { hostname: 'box.example' },
    program: 'hostname',
    output: 'box.example',
  }),
  defineCase({
    id: 'process.script-interpreter',
    title: 'a script is run by its interpreter',
    stands: 'execve(2), interpreter files',
    mark: 'any-runtime',
    rootFiles: { 'opt/script': { text: '#!/bin/sh\necho "script $1"\n', mode: 0o755 } },
    config: { process: { args: ['/opt/script', 'ran'] } },
    output: 'script ran',
  }),
]
