/** The tables of the host that this process runs on. */
import { engine } from '../engine/index.ts'
import type { Abi } from './abi.ts'
import { freebsd } from './freebsd.ts'
import { linux } from './linux.ts'

export type { Abi } from './abi.ts'

/** The running host's numbers. On Linux only the simulated host lives. */
export const abi: Abi = engine.platform === 'freebsd' ? freebsd : linux
