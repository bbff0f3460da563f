/**
 * The intended differences between the verdicts of the schemas of spec/ and of the official ones; spec/README.md describes
 * them. `ours` matches a message of the stricter schema of spec/; `official` matches "pointer keyword" of a finding of the
 * stricter official schema.
 */
export interface Difference {
  why: string
  ours?: RegExp
  official?: RegExp
}

const mapsOfStrings: Difference = {
  why: 'values of maps are strings whatever their name; the official pattern does not reach empty names and line ends',
  ours: /^(annotations|linux\.sysctl|linux\.resources\.unified)(\["(\\[nr]|\\u202[89])*"\]): must be a string/,
}

/** Differences of config.json. */
export const configDifferences: readonly Difference[] = [
  { why: 'config.md: root is REQUIRED on every platform but Windows', ours: /^root: is required$/ },
  {
    why: 'config.md: at least one entry of args is REQUIRED outside Windows',
    ours: /^process\.args: (is required|must have at least one element)$/,
  },
  {
    why: 'config-freebsd.md: path of a device is REQUIRED',
    ours: /^freebsd\.devices\[\d+\]\.path: is required$/,
  },
  {
    why: 'jail(8): enforce_statfs is 0, 1 or 2',
    ours: /^freebsd\.jail\.enforceStatfs: must be 2 or less/,
  },
  mapsOfStrings,
  {
    why: 'mount(8) of Linux knows rprivate and its like, and runc, crun and the configs written for them take them',
    official: /^\/linux\/rootfsPropagation enum$/,
  },
  { why: 'sections of other platforms only have to be objects', official: /^\/(windows|solaris|vm|zos)\// },
]

/** Differences of the output of `state`. */
export const stateDifferences: readonly Difference[] = [
  mapsOfStrings,
  {
    why: 'runtime.md: a runtime MAY define additional statuses; ours is paused',
    official: /^\/status enum$/,
  },
]

/** Differences of the output of `features`. */
export const featuresDifferences: readonly Difference[] = [mapsOfStrings]
