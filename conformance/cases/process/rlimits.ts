/** Resource limits of the process (config.md, "POSIX process"). */
import { defineCase, failsToStart } from '../../harness/define.ts'

/** Resource limits of the process. */
export const rlimitCases = [
  defineCase({
    id: 'process.rlimits',
    title: 'resource limits are applied, soft and hard',
    stands:
      'config.md, POSIX process: "rlimits ... allows setting resource limits for the process"; ignored by ocijail (process.cpp)',
    mark: 'any-runtime',
    config: {
      process: {
        rlimits: [
          { type: 'RLIMIT_NOFILE', soft: 300, hard: 400 },
          { type: 'RLIMIT_CORE', soft: 0, hard: 0 },
        ],
      },
    },
    program: 'ulimit -Sn; ulimit -Hn; ulimit -Sc; ulimit -Hc',
    output: '300\n400\n0\n0',
  }),
  defineCase({
    id: 'process.rlimit-unknown',
    title: 'an unknown resource limit is an error',
    stands:
      'config.md, POSIX process: "type ... The runtime MUST generate an error for any values which cannot be mapped to a relevant kernel interface"',
    mark: 'any-runtime',
    config: { process: { rlimits: [{ type: 'RLIMIT_NOSUCH', soft: 1, hard: 1 }] } },
    steps: failsToStart(/RLIMIT_NOSUCH|rlimit/i),
  }),
  defineCase({
    id: 'process.rlimit-twice',
    title: 'the same resource limit twice is an error',
    stands:
      'config.md, POSIX process: "If rlimits contains duplicated entries with same type, the runtime MUST generate an error"',
    mark: 'any-runtime',
    notFor: { runc: '1.1 does not check', crun: 'does not check' },
    config: {
      process: {
        rlimits: [
          { type: 'RLIMIT_NOFILE', soft: 300, hard: 400 },
          { type: 'RLIMIT_NOFILE', soft: 310, hard: 410 },
        ],
      },
    },
    steps: failsToStart(/rlimit/i),
  }),
  defineCase({
    id: 'process.rlimit-soft-above-hard',
    title: 'a soft limit above its hard limit is an error',
    stands:
      "setrlimit(2): EINVAL when the soft limit is above the hard one; crun's suite, test_rlimit_soft_exceeds_hard",
    mark: 'any-runtime',
    notFor: { ocijail: 'ignores limits', runj: 'ignores limits' },
    config: { process: { rlimits: [{ type: 'RLIMIT_NOFILE', soft: 2000, hard: 1000 }] } },
    steps: failsToStart(/rlimit|limit|invalid argument/i),
  }),
]
