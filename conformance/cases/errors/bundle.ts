/** Bundles and configurations that are wrong. */
import { call, check, create, defineCase, file, gone, removeFile, write } from '../../harness/define.ts'

const badIds = [
  '../x%{unique}',
  'a/%{unique}',
  '/%{unique}',
  '.',
  '..',
  '',
  'with space %{unique}',
  'new\nline%{unique}',
  '%{unique};x',
]

/** Bundles and configurations that are wrong. */
export const bundleErrorCases = [
  defineCase({
    id: 'errors.bad-json',
    title: 'a config.json that is no JSON is an error',
    stands: 'runtime.md, Errors: "the runtime MUST exit with a nonzero code"; config.md: config.json is JSON',
    mark: 'any-runtime',
    steps: [write('b1/config.json', '{ "ociVersion": "1.0.2", '), create({ fails: true }), gone()],
  }),
  defineCase({
    id: 'errors.no-config',
    title: 'a bundle without config.json is an error',
    stands: 'bundle.md: "config.json ... This REQUIRED file MUST reside in the root of the bundle directory"',
    mark: 'any-runtime',
    steps: [removeFile('b1/config.json'), create({ fails: /config\.json/ }), gone()],
  }),
  defineCase({
    id: 'errors.no-bundle',
    title: 'a bundle directory that does not exist is an error',
    stands:
      'runtime.md, Create: "This operation MUST generate an error if it is not provided a path to the bundle"',
    mark: 'any-runtime',
    steps: [create({ bundle: '%{dir}/nosuch', fails: /no such file|not exist|nosuch/i }), gone()],
  }),
  defineCase({
    id: 'errors.no-id',
    title: 'create without an id is an error',
    stands:
      'runtime.md, Create: "This operation MUST generate an error if it is not provided ... the container ID"',
    mark: 'any-runtime',
    steps: [call(['create', '--bundle', '%{bundle}'], { fails: true })],
  }),
  defineCase({
    id: 'errors.bad-id',
    title: 'ids that lead out of the state directory, or are no names, are errors',
    stands:
      'an id with / or .. escapes the state directory in ocijail (main.cpp); runc and crun take [A-Za-z0-9_+.-] only',
    mark: 'any-runtime',
    notFor: { runj: 'no --root' },
    files: { x: 'a neighbour of the state directory' },
    steps: [
      ...badIds.map(id => create({ id, flags: ['--'], fails: true })),
      file('x', 'a neighbour of the state directory'),
      check('nothing was made for any of them', async context => {
        const listed = await context.tool('ls', '-a', context.expand('%{state}'))
        const names = listed.stdout.split('\n').filter(name => name !== '' && !name.startsWith('.'))
        if (names.length > 0) context.fail(`state directory holds ${names.join(', ')}`)
      }),
    ],
  }),
  defineCase({
    id: 'errors.no-root',
    title: 'a root that does not exist is an error',
    stands: 'config.md, Root: "A directory MUST exist at the path declared by the field"',
    mark: 'any-runtime',
    config: { root: { path: '%{dir}/nosuch-root' } },
    steps: [create({ fails: /root|no such file/i }), gone(), file('nosuch-root', 'absent')],
  }),
  defineCase({
    id: 'errors.root-is-a-file',
    title: 'a root that is a file is an error',
    stands: 'config.md, Root: "A directory MUST exist at the path declared by the field"',
    mark: 'any-runtime',
    files: { afile: 'x' },
    config: { root: { path: '%{dir}/afile' } },
    steps: [create({ fails: true }), gone()],
  }),
  defineCase({
    id: 'errors.wrong-type',
    title: 'a property of the wrong type is an error',
    stands:
      'config.md: "runtimes MUST generate an error when invalid or unsupported values are encountered" (Valid values)',
    mark: 'any-runtime',
    config: { process: { args: '/bin/sh' } },
    steps: [create({ fails: /args/ }), gone()],
  }),
  defineCase({
    id: 'errors.unknown-property',
    title: 'an unknown property is no error',
    stands:
      'config.md, Extensibility: "runtimes MUST NOT generate an error if they encounter an unknown property"',
    mark: 'any-runtime',
    config: { 'org.example.unknown': { deep: [1, 2] }, process: { 'x-unknown': true } },
    program: 'echo fine',
    output: 'fine',
  }),
  ...['1.0.0', '1.0.2-dev', '1.1.0', '1.2.1', '1.3.0', '1.99.0'].map(version =>
    defineCase({
      id: `errors.version-${version.replaceAll('.', '-')}`,
      title: `ociVersion ${version} is accepted`,
      stands:
        'spec.md: versions are semantic (SemVer 2.0), a minor version adds only; ocijail (create.cpp) refuses 1.3.0',
      mark: 'any-runtime',
      config: { ociVersion: version },
      program: 'echo accepted',
      output: 'accepted',
    }),
  ),
  ...['2.0.0', 'one', ''].map(version =>
    defineCase({
      id: `errors.version-bad-${version.replaceAll('.', '-') || 'empty'}`,
      title: `ociVersion ${JSON.stringify(version)} is refused`,
      stands:
        'config.md, Specification version: "ociVersion (string, REQUIRED) MUST be in SemVer v2.0.0 format"; a major version means another format',
      mark: 'any-runtime',
      notFor: { runc: 'does not look at it', crun: 'does not look at it' },
      config: { ociVersion: version },
      steps: [create({ fails: /ociVersion|version/i }), gone()],
    }),
  ),
  defineCase({
    id: 'errors.config-must-be-object',
    title: 'a config.json that is JSON but no object is an error',
    stands: 'config.md: the configuration is an object',
    mark: 'any-runtime',
    steps: [write('b1/config.json', '[]'), create({ fails: true }), gone()],
  }),
]
