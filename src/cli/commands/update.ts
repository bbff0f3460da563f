/** `update`: puts together the resources to change, and passes them on. */
import { update as updateContainer } from '../../container/update.ts'
import type { Handler } from '../handler.ts'
import { ignoredOptions, resourcesFromFile, resourcesFromOptions } from '../resources.ts'

const update: Handler<'update'> = ({ options, words }, { context }) => {
  const file = options.resources
  const resources = resourcesFromOptions(options, file === undefined ? {} : resourcesFromFile(file))
  // An update without any change succeeds, as with runc: `podman update --env` calls it that way (container_internal.go
  // of podman).
  updateContainer(context(), {
    id: words.id,
    resources,
    addDevices: options['device-add'],
    removeDevices: options['device-remove'],
    limits: options.limits,
    ignored: ignoredOptions(options),
  })
  return 0
}

export default update
