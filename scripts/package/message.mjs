/** The port's pkg-message, which is UCL, as the list of messages that a manifest has. */

const entry = /\{ type: (install|remove|upgrade)\n {2}message: <<EOM\n([\s\S]*?)\nEOM\n\}\n/g

/**
 * Messages of a pkg-message in the ports' form, %%PREFIX%% replaced as the ports' SUB_LIST does.
 * Throws when the text has anything that is not such a message, so that none gets lost.
 */
export function messages(text, prefix) {
  const found = [...text.matchAll(entry)].map(([, type, message]) => ({
    message: message.replaceAll('%%PREFIX%%', prefix),
    type,
  }))
  if (!/^\[\n\]\n$/.test(text.replaceAll(entry, '')) || found.length === 0)
    throw new Error('pkg-message is not a list of { type, message: <<EOM } alone')
  return found
}
