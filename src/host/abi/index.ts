/** The tables of the host that this process runs on. */
import type { Abi } from './abi.ts'
import { freebsd } from './freebsd.ts'
import { linux } from './linux.ts'

export type { Abi } from './abi.ts'

/** The running host's numbers. Anything that is not FreeBSD counts as Linux, where only the simulated host lives. */
export const abi: Abi = process.platform === 'freebsd' ? freebsd : linux
