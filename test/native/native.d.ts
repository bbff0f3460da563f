/** The global object of the native program, which its C layer makes (native/main.c). */
declare const native: {
  readonly fn: Readonly<Record<string, (...args: unknown[]) => number>>
  errno(): number
  address(view: Uint8Array): number
  copy(address: number, length: number): ArrayBuffer
  decode(view: Uint8Array): string
  encode(text: string): Uint8Array
  part(name: string): unknown
  readonly argv: readonly string[]
  readonly environ: readonly string[]
  readonly platform: string
  readonly arch: string
  readonly version: string
  readonly execPath: string
}
