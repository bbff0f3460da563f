import type { Handler } from '../handlers.ts'
import { readResources, resourcesFromFlags } from '../resources.ts'
import { usageError } from '../usage.ts'

const update: Handler<'update'> = async ({ options, words }, { context }) => {
  const file = options.resources
  const resources = resourcesFromFlags(options, file === undefined ? {} : readResources(file))
  const addDevices = options['device-add']
  const removeDevices = options['device-remove']
  if (file === undefined && Object.keys(resources).length + addDevices.length + removeDevices.length === 0) {
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
