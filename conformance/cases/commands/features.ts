/** features and spec. */
import { call, check, create, defineCase, output, remove, start, wait } from '../../harness/define.ts'

/** features and spec. */
export const featureCases = [
  defineCase({
    id: 'features.json',
    title: 'features prints what the runtime supports as JSON',
    stands: 'features.md: ociVersionMin and ociVersionMax are REQUIRED; hooks and mountOptions are listed',
    mark: 'any-runtime',
    notFor: { runj: 'has no features' },
    steps: [
      call(['features'], {
        json: {
          ociVersionMin: /^1\.0/,
          ociVersionMax: /^1\./,
          hooks: value => Array.isArray(value) && value.includes('createRuntime'),
        },
      }),
    ],
  }),
  defineCase({
    id: 'features.names-unsafe-annotations',
    title: 'features names version 1.3 and the annotations that open the jail',
    stands:
      'features.md: potentiallyUnsafeConfigAnnotations (allow.mount and children.max open a jail: CVE-2025-15547); ocijail (features.cpp) lists none',
    mark: 'jailwright',
    steps: [
      call(['features'], {
        json: {
          ociVersionMax: /^1\.3/,
          potentiallyUnsafeConfigAnnotations: value =>
            Array.isArray(value) && value.some(one => String(one).startsWith('org.freebsd.jail.')),
        },
      }),
    ],
  }),
  defineCase({
    id: 'features.lists-annotations',
    title: 'features lists the annotations that are taken and those that are refused',
    stands:
      'features.md, annotations: the accepted set comes from the kernel (sysctl security.jail.param); ocijail (features.cpp) lists none',
    mark: 'jailwright',
    steps: [
      call(['features'], {
        json: {
          annotations: {
            'org.jailwright.annotations': /(^|,)org\.freebsd\.jail\.\*(,|$)/,
            'org.jailwright.annotations.refused': /(^|,)org\.freebsd\.jail\.exec\.\*(,|$)/,
            'org.jailwright.mountOptions.devfs': 'ruleset,rule',
          },
        },
      }),
    ],
  }),
  defineCase({
    id: 'spec.makes-a-bundle',
    title: 'spec writes a config.json that create takes',
    stands: 'runc(8), spec: "creates the new specification file named config.json for the bundle"',
    mark: 'any-runtime',
    notFor: { ocijail: 'has no spec', runj: 'has no spec' },
    steps: [
      check('spec writes config.json', async context => {
        await context.tool('rm', context.expand('%{bundle}/config.json'))
        const answer = await context.runtime('spec', '--bundle', context.expand('%{bundle}'))
        if (answer.status !== 0) context.fail(answer.stderr)
      }),
      {
        do: 'config',
        patch: {
          root: { path: 'root' },
          process: { terminal: false, args: ['/bin/sh', '-c', 'echo from spec'] },
        },
        n: 1,
      },
      create(),
      start(),
      wait('stopped'),
      output(/from spec/),
      remove(),
    ],
  }),
]
