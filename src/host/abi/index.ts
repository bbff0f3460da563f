/** The numbers of the host that this process runs on. */
import { engine } from '../engine/index.ts'
import type { Abi } from './abi.ts'
import { freebsd } from './freebsd.ts'
import { linux } from './linux.ts'

export type { Abi } from './abi.ts'

/** The running host's numbers: those of Linux for the simulated host. */
export const abi: Abi = engine.platform === 'freebsd' ? freebsd : linux
