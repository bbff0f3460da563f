/** Reading the port's pkg-message, which is UCL, for the list of messages in a manifest. */

const entry = /\{ type: (install|remove|upgrade)\n {2}message: <<EOM\n([\s\S]*?)\nEOM\n\}\n/g

/**
 * Gives the messages of a pkg-message, with %%PREFIX%% replaced as the ports' SUB_LIST does it. Throws when the text contains
 * anything else, so that no message is left out.
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
