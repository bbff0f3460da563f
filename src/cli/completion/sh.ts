/** The completion script for a profile that several shells read. */

/**
 * Returns a script for ~/.profile, ~/.shrc and similar files. It does nothing in FreeBSD's sh(1), which has no
 * programmable completion; bash and zsh, when they read the same file, load their own script.
 */
export function sh(program: string): string {
  return `# completion for ${program}, made by "${program} completion sh"
# sh(1) completes file names only and has no way to teach it more; bash and zsh reading this file are served.
if [ -n "\${BASH_VERSION-}" ]; then
	eval "$(${program} completion bash)"
elif [ -n "\${ZSH_VERSION-}" ] && command -v compdef >/dev/null 2>&1; then
	eval "$(${program} completion zsh)"
fi
`
}
