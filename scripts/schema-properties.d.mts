/** A property of a schema. */
export interface SchemaProperty {
  /** `mounts[].options`, `linux.netDevices.*.name`. */
  path: string
  description: string
  /** A type for people: `list of strings`. */
  type: string
  schema: Record<string, unknown>
}
/** Every property of a schema, in the order in which they are written. */
export declare function schemaProperties(name: string): SchemaProperty[]
