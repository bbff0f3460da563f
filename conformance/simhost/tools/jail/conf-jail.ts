/** A jail as jail.conf(5) or the command line of jail(8) describes it. */
export interface ConfJail {
  /** Full name; a block named with digits only has a jid instead. */
  name: string
  /** Each parameter with all its values in order; an empty list is a flag. */
  params: Map<string, string[]>
  /** What reading found wrong with this jail; jail(8) says it and does nothing with the jail. */
  complaints: string[]
}
