/** The folder of the schemas. */
export declare const specDirectory: string
/** Schema files by name. */
export declare const schemaFiles: () => string[]
/** One schema as written. */
export declare const loadSchema: (name: string) => Record<string, unknown>
/** A schema without references to other files. */
export declare function bundledSchema(name: string): Record<string, unknown>
