/** Devices by name: freebsd.devices and profiles. */
import { create, defineCase, gone, wholeLife } from '../../harness/define.ts'
import type { JsonObject } from '../../harness/types.ts'
import { look, ruleOf } from './words.ts'

/** Devices by name: freebsd.devices and profiles. */
export const namedDeviceCases = [
  defineCase({
    id: 'devices.dri-link',
    title: 'a rule for drm/128 shows dri/renderD128, the link that leads there, and the directories',
    stands:
      'dfr/ocijail#21: podman resolves the link and writes rule=path drm/128; directories and links stay hidden',
    mark: 'jails',
    needs: ['drm'],
    notFor: { ocijail: 'ocijail#21 is open', runj: 'knows no rule=' },
    config: ruleOf('drm/128', '0600') as JsonObject,
    program: `${look('drm/128 dri/renderD128 dri/card0 drm/0')}; if cat /dev/dri/renderD128 >/dev/null 2>&1; then :; fi; if test -c /dev/dri/renderD128; then echo "leads to a device"; fi`,
    steps: wholeLife('drm/128 yes\ndri/renderD128 yes\ndri/card0 no\ndrm/0 no\nleads to a device'),
  }),
  defineCase({
    id: 'devices.dri-section',
    title: 'freebsd.devices shows dri/renderD128 with its directory, and not card0',
    stands: 'docs/recipes/gpu-render; config-freebsd.md, devices: path, mode',
    mark: 'jails',
    needs: ['dri'],
    notFor: { ocijail: 'does not read the section', runj: 'does not read the section' },
    config: { freebsd: { devices: [{ path: 'dri/renderD128', mode: 0o666 }] } },
    program: `${look('dri/renderD128 dri/card0')}; if test -c /dev/dri/renderD128; then echo "leads to a device"; fi`,
    steps: wholeLife('dri/renderD128 yes\ndri/card0 no\nleads to a device'),
  }),
  defineCase({
    id: 'devices.profile-gpu-render',
    title: 'the profile gpu-render shows render nodes and no display',
    stands: 'docs/config.md, org.jailwright.device.profiles; docs/recipes/gpu-render',
    mark: 'jailwright',
    needs: ['dri'],
    config: { annotations: { 'org.jailwright.device.profiles': 'gpu-render' } },
    program: look('dri/renderD128 dri/card0'),
    steps: wholeLife('dri/renderD128 yes\ndri/card0 no'),
  }),
  defineCase({
    id: 'devices.profile-unknown',
    title: 'an unknown profile is an error that names it',
    stands: 'docs/config.md, org.jailwright.device.profiles: the names of profiles are fixed',
    mark: 'jailwright',
    config: { annotations: { 'org.jailwright.device.profiles': 'nosuchprofile' } },
    steps: [create({ fails: /nosuchprofile/ }), gone()],
  }),
  defineCase({
    id: 'devices.profile-module-missing',
    title: 'a profile whose devices the host lacks is an error that names the module to load',
    stands:
      'docs/config.md, org.jailwright.device.profiles: a profile says what kernel module it needs, and check and create say so when it is missing',
    mark: 'jailwright',
    needs: ['no-sound'],
    config: { annotations: { 'org.jailwright.device.profiles': 'audio' } },
    steps: [create({ fails: /snd_driver/ }), gone()],
  }),
  defineCase({
    id: 'devices.section',
    title: 'freebsd.devices takes the mode of a device in decimal',
    stands: 'config-freebsd.md, devices: "path ... mode"; JSON has the mode in decimal',
    mark: 'jails',
    needs: ['bpf'],
    notFor: { ocijail: 'does not read the section', runj: 'does not read the section' },
    config: { freebsd: { devices: [{ path: 'bpf', mode: 0o640 }] } },
    program: `${look('bpf mem')}; ls -l /dev/bpf`,
    steps: wholeLife([/^bpf yes\nmem no\n/, /^crw-r-----/m]),
  }),
  defineCase({
    id: 'devices.section-missing',
    title: 'a device that the host does not have is an error that names it',
    stands:
      'config-freebsd.md, devices; runtime.md, Errors: a node that the host does not have cannot be shown',
    mark: 'jails',
    notFor: { ocijail: 'does not read the section', runj: 'does not read the section' },
    config: { freebsd: { devices: [{ path: 'nosuchdevice0' }] } },
    steps: [create({ fails: /nosuchdevice0/ }), gone()],
  }),
  defineCase({
    id: 'devices.section-escape',
    title: 'a device path that leads out of /dev is refused',
    stands: 'config-freebsd.md, devices: path is relative to /dev',
    mark: 'jails',
    notFor: { ocijail: 'does not read the section', runj: 'does not read the section' },
    config: { freebsd: { devices: [{ path: '../etc/passwd' }] } },
    steps: [create({ fails: /devices/ }), gone()],
  }),
]
