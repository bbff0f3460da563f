/**
 * The drop-in of containers.conf(5) that makes this program podman's runtime: `check --fix` writes it and `--unfix`
 * removes it. A test asserts that packaging/containers.conf.d/jailwright.conf has the same text.
 */

/**
 * The directory in which podman's package on FreeBSD reads drop-ins (pkg/config/config_bsd.go of containers/common).
 */
export const DROP_IN_DIRECTORY = '/usr/local/etc/containers/containers.conf.d'

/** The name of the drop-in. */
export const DROP_IN_NAME = 'jailwright.conf'

const EXECUTABLE = '/usr/local/bin/jailwright'

const TEXT = `# Makes jailwright the runtime of podman and buildah on this host.
#
# podman reads every *.conf below /usr/local/etc/containers/containers.conf.d
# after containers.conf. To undo this, remove the file from that directory.

[engine]
# The runtime of "podman run" without --runtime. Without this line, podman
# still knows jailwright by its name: podman --runtime jailwright run ...
runtime = "jailwright"

# The runtimes whose messages podman reads as JSON. This list replaces the one
# that podman has read before, so it repeats podman's own names.
runtime_supports_json = ["crun", "runc", "kata", "runsc", "ocijail", "jailwright"]

[engine.runtimes]
jailwright = ["/usr/local/bin/jailwright"]
`

/** Returns the drop-in for an executable. */
export function dropInText(executable = EXECUTABLE): string {
  return TEXT.replace(JSON.stringify(EXECUTABLE), () => JSON.stringify(executable))
}

/** True when a text is a drop-in of this program, whatever executable it names. */
export function isDropIn(text: string): boolean {
  const executable = /^jailwright = \[("\/[^"\n]*")\]$/m.exec(text)?.[1]
  return executable !== undefined && text === TEXT.replace(JSON.stringify(EXECUTABLE), () => executable)
}
