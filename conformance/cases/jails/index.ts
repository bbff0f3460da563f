/** What a FreeBSD host shows of a container: its jail, by jls(8), and what config and annotations make of it. */
import type { Case } from '../../harness/types.ts'
import { jailAddressCases } from './addresses.ts'
import { jailAnnotationCases } from './annotations.ts'
import { datasetCases } from './datasets.ts'
import { jailIdCases } from './ids.ts'
import { jailLifeCases } from './life.ts'
import { jailParentCases } from './parent.ts'
import { parentPermissionCases } from './parent-permissions.ts'
import { jailSectionCases } from './section.ts'
import { jailVnetCases } from './vnet.ts'

/** What a FreeBSD host shows of a container: its jail, by jls(8), and what config and annotations make of it. */
export const jailCases: readonly Case[] = [
  ...jailLifeCases,
  ...jailSectionCases,
  ...jailVnetCases,
  ...jailParentCases,
  ...jailAnnotationCases,
  ...jailAddressCases,
  ...jailIdCases,
  ...parentPermissionCases,
  ...datasetCases,
]
