/** Every message of the source with the places that it comes from, sorted. */
export function messagesOf(folder?: string): Map<string, string[]>
/** The messages that a document of troubleshooting tells of. */
export function documented(text?: string): string[]
/** The document with the items of each section in order. */
export function sorted(text: string): string
