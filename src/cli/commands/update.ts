import { specOf } from '../commands.ts'
import type { Handler } from '../handler.ts'
import { resourcesFromFile, resourcesFromOptions } from '../resources.ts'
import { usageError } from '../usage.ts'

const update: Handler<'update'> = async ({ options, words }, { context }) => {
  const file = options.resources
  const resources = resourcesFromOptions(options, file === undefined ? {} : resourcesFromFile(file))
  const addDevices = options['device-add']
  const removeDevices = options['device-remove']
  // What is only accepted for callers of runc is no reason to complain.
  const { options: table } = specOf('update')
  const ignored = Object.entries(options).some(([name, value]) => value !== undefined && table[name]?.ignored)
  if (
    file === undefined &&
    !ignored &&
    Object.keys(resources).length + addDevices.length + removeDevices.length === 0
  ) {
    throw usageError('nothing to change', 'update')
  }
  const { update } = await import('../../container/update.ts')
  await update(await context(), {
    id: words.id,
    resources,
    addDevices,
    removeDevices,
    limits: options.limits,
  })
  return 0
}

export default update
