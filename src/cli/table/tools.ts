/** Rows of the commands that need no container. */
import { bundle, textFormat } from './shared.ts'
import type { CommandSpec, PositionalSpec } from './types.ts'

const bundleWord = {
  name: 'directory',
  value: 'BUNDLE',
  describe: 'the bundle, in place of --bundle',
  complete: 'directory',
} as const satisfies PositionalSpec

/** The commands that need no container. */
export const tools = {
  plan: {
    purpose: 'Show what "create" would do with a bundle, without doing it',
    details: [
      'Text is written as an administrator would: jail.conf(5), devfs.rules(5), then the mount, ifconfig and rctl commands in order, and what became of every property of the configuration. Needs neither root nor FreeBSD.',
      'Of a configuration that create would refuse, the properties are shown with what is wrong with each, as JSON in "errors" and "fates", and the exit status is 1.',
    ],
    options: {
      bundle,
      id: {
        type: 'string',
        value: 'CONTAINER-ID',
        describe: "id to plan for (default: the bundle directory's name)",
      },
      format: textFormat,
    },
    positionals: [bundleWord],
    examples: [
      ['plan --bundle /containers/web', 'show the plan for this bundle'],
      ['plan -f json /containers/web', 'the plan as JSON'],
    ],
  },
  validate: {
    purpose: 'Check a bundle and report every error at once',
    options: { bundle },
    positionals: [bundleWord],
    examples: [
      ['validate --bundle /containers/web', 'one line for each error, with the path of the property'],
    ],
  },
  spec: {
    purpose: 'Write a config.json to start from',
    options: {
      bundle: { ...bundle, describe: 'directory to write config.json into (default: the current directory)' },
      linux: { type: 'flag', describe: 'for a root with Linux programs' },
      rootless: {
        type: 'flag',
        describe: 'accepted for callers of runc, and changes nothing: jails need root',
      },
    },
    positionals: [],
    examples: [
      ['spec --bundle /containers/web', 'a FreeBSD container that runs a shell'],
      ['spec --linux', 'the same for Linux programs'],
    ],
  },
  check: {
    purpose: 'Tell whether this host is ready for containers, and what to do if not',
    details: [
      'Looks at privileges, kernel options and modules, devfs rulesets, resource accounting, network settings, podman and the state directory. The exit status is 1 when something needed is missing.',
      '--fix shows the change before it is made, never writes over a file of others, and touches nothing else; --unfix removes the file only when its content is that of --fix.',
    ],
    options: {
      profile: {
        type: 'list',
        value: 'NAME',
        describe: 'also tell what the host lacks for this device profile; may be repeated',
      },
      json: { type: 'flag', describe: 'print JSON' },
      fix: { type: 'flag', describe: 'make jailwright the runtime of podman, by one drop-in file' },
      unfix: { type: 'flag', describe: 'take back what --fix has done' },
      'podman-conf': {
        type: 'string',
        value: 'DIR',
        describe: 'directory of the drop-in of --fix (default: /usr/local/etc/containers/containers.conf.d)',
        complete: 'directory',
      },
    },
    positionals: [],
    examples: [
      ['check', 'a table with a hint for each finding'],
      ['check --fix', 'show the drop-in for podman, then write it'],
      ['check --profile gpu --profile zfs', 'the same, and what these device profiles need'],
    ],
  },
  features: {
    purpose: 'Print what this runtime can do, as JSON',
    details: [
      'The form is that of the OCI runtime specification (features.md). Its annotations list the annotations that a configuration may have (org.jailwright.annotations), those that are refused (org.jailwright.annotations.refused), and the mount options with a value, by type of file system (org.jailwright.mountOptions.TYPE).',
    ],
    options: {},
    positionals: [],
    examples: [['features', 'versions, hooks, mount options, annotations']],
  },
  completion: {
    purpose: 'Print a completion script for a shell',
    details: [
      "sh gives a script for a profile that several shells read: it loads the one for bash or zsh, and does nothing in FreeBSD's sh(1), which has no programmable completion.",
    ],
    options: {},
    positionals: [
      {
        name: 'shell',
        value: 'SHELL',
        describe: 'sh, bash, zsh, fish or tcsh',
        required: true,
        complete: 'shell',
      },
    ],
    examples: [
      ['completion bash > /usr/local/share/bash-completion/completions/jailwright', 'for bash'],
      ['completion zsh > /usr/local/share/zsh/site-functions/_jailwright', 'for zsh'],
      ['completion fish > /usr/local/share/fish/vendor_completions.d/jailwright.fish', 'for fish'],
    ],
  },
  help: {
    purpose: 'Print help on a command',
    options: {},
    positionals: [{ name: 'topic', value: 'COMMAND', describe: 'the command', complete: 'command' }],
    examples: [['help create', 'the same as "create --help"']],
  },
} as const satisfies Readonly<Record<string, CommandSpec>>
