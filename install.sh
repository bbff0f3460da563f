#!/bin/sh
# Installs jailwright from a directory that "npm run package:freebsd" has made, and uninstalls it.
# The script downloads nothing. It records each thing before it makes it, so that --uninstall also cleans up after a run that was
# interrupted.

set -eu
umask 022
LC_ALL=C
export LC_ALL
nl='
'

usage() {
	cat <<'END'
usage: sh install.sh [--prefix DIR] [--from DIR] [--podman[=DIR]] [--ocijail]
       sh install.sh --uninstall [--prefix DIR]

  --prefix DIR    where to install; default: /usr/local
  --from DIR      what to install: a directory with a file named "files";
                  default: the directory of this script, or what
                  "npm run package:freebsd" has made beside it
  --podman[=DIR]  make jailwright the runtime of podman: put the drop-in into
                  DIR; default: /usr/local/etc/containers/containers.conf.d
  --ocijail       make the link PREFIX/bin/ocijail; an ocijail that is there
                  is kept as ocijail.orig
  --uninstall     take back all that was installed under the prefix
  --help          print this

With DESTDIR in the environment all of it happens below that directory.
END
}

say() {
	printf '%s\n' "$*"
}

fail() {
	printf 'install.sh: %s\n' "$*" >&2
	exit 1
}

# --- the record -----------------------------------------------------------------------------------------------------
# One line for each thing that was made, the path without DESTDIR:
#   dir - PATH          a directory that was missing
#   file SUM PATH       a file; SUM is what cksum(1) prints, joined by "-"
#   conf SUM PATH       podman's drop-in, which is installed on request only
#   link TARGET PATH    a symbolic link
#   aside - PATH        PATH belonged to another program and is kept as PATH.orig

# Reads a record into $loaded, between line breaks, so that the shell itself can find a line in it.
load() { # FILE
	loaded=$nl
	if [ -f "$1" ]; then loaded=$nl$(cat "$1")$nl; fi
}

# Appends a line to the record and to $lines.
note() {
	case $lines in *"$nl$1$nl"*) return ;; esac
	printf '%s\n' "$1" >>"$record"
	lines=$lines$1$nl
}

# True when lines name a path as a file or link that this script has made.
names() { # LINES PATH
	case $1 in
	*"$nl"file\ [!\ ]*\ "$2$nl"* | *"$nl"conf\ [!\ ]*\ "$2$nl"* | *"$nl"link\ [!\ ]*\ "$2$nl"*) return 0 ;;
	esac
	return 1
}

exists() {
	[ -e "$1" ] || [ -L "$1" ]
}

is_plain_file() {
	[ -f "$1" ] && [ ! -L "$1" ]
}

is_our_link() {
	[ -L "$1" ] && [ "$(readlink "$1")" = jailwright ]
}

# Prints "SUM PATH" for each file.
sums() {
	cksum -- "$@" | sed 's/ /-/'
}

# Begins the record. The directories above it are recorded after the record itself is made.
begin_record() {
	above=${record%/*}
	missing=
	while [ ! -d "$above" ] && [ "$above" != "$root" ]; do
		missing="dir - ${above#"$root"}$nl$missing"
		above=${above%/*}
	done
	mkdir -p "${record%/*}"
	if [ ! -f "$record" ]; then
		printf '%s\n' "# made by install.sh of jailwright, read by install.sh --uninstall" >"$record"
	fi
	printf '%s' "$missing" >>"$record"
}

# --- install --------------------------------------------------------------------------------------------------------

# Makes a directory below DESTDIR and its missing parents.
make_directory() {
	if [ -d "$root$1" ]; then return; fi
	make_directory "${1%/*}"
	note "dir - $1"
	mkdir "$root$1"
}

# Puts a file into place by a rename, so that neither a running program nor the target of a link is overwritten.
put_file() { # KIND SUM MODE SOURCE PATH
	make_directory "${5%/*}"
	note "$1 $2 $5"
	new=$root$5.new.$$
	install -m "$3" "$4" "$new"
	mv -f "$new" "$root$5"
	new=
	kept=$kept$1\ $2\ $5$nl
}

# Installs the drop-in, unless it was edited since it was installed.
put_drop_in() { # SOURCE PATH
	if is_plain_file "$root$2" && ! cmp -s "$1" "$root$2"; then
		now=$(sums "$root$2")
		case $lines in
		*"${nl}conf ${now%% *} $2$nl"*) ;;
		*)
			say "$root$2 was changed since it was installed: left as it is"
			return
			;;
		esac
	fi
	sum=$(sums "$1")
	put_file conf "${sum%% *}" 0644 "$1" "$2"
	say "podman takes jailwright: $root$2"
}

make_ocijail() { # PATH
	if ! is_our_link "$root$1"; then
		if exists "$root$1"; then
			note "aside - $1"
			mv "$root$1" "$root$1.orig"
			say "$root$1 was there already: kept as $root$1.orig"
		fi
		note "link jailwright $1"
		ln -s jailwright "$root$1"
	fi
	kept="${kept}link jailwright $1$nl"
	say "ocijail is jailwright: $root$1"
}

# Ends the script when a path exists that this script has not installed and that differs from the new file.
check_free() { # SOURCE PATH
	if [ -d "$root$2" ]; then fail "$root$2 is a directory"; fi
	if ! exists "$root$2" || names "$lines" "$2"; then return; fi
	if is_plain_file "$root$2" && cmp -s "$1" "$root$2"; then return; fi
	fail "$root$2 is there and was not installed by this script: remove it first"
}

check_ocijail() { # PATH
	if ! exists "$root$1" || is_our_link "$root$1"; then return; fi
	if [ -d "$root$1" ]; then fail "$root$1 is a directory"; fi
	if exists "$root$1.orig"; then
		fail "$root$1 cannot be kept as $root$1.orig, which is there already: remove one of the two first"
	fi
}

# Writes the drop-in with the absolute path of the executable.
write_drop_in() { # FILE
	escaped=$(printf '%s\n' "$prefix" | sed 's/[\\&|]/\\&/g')
	sed "s|\"/usr/local/bin/|\"$escaped/bin/|" "$from/share/examples/jailwright/jailwright.conf" >"$1"
}

find_source() {
	here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
	if [ -z "$from" ] && [ -f "$here/files" ]; then from=$here; fi
	if [ -z "$from" ]; then
		for made in "$here"/dist/package/*-freebsd-"$(uname -p)"/files; do
			if [ -f "$made" ]; then from=${made%/files}; fi
		done
	fi
	if [ -z "$from" ]; then
		fail 'nothing to install: run "npm run package:freebsd" first, or name a directory with --from'
	fi
	if [ ! -f "$from/files" ]; then fail "$from is not a directory to install from: no file named \"files\" there"; fi
}

# Checks the list of files, and writes "SUM MODE PATH" of each into $work/files.
check_source() {
	set --
	modes=
	while read -r mode path; do
		case $mode:/$path/ in
		\#*) continue ;;
		*/../* | *//*) fail "$from/files names something outside the prefix: $path" ;;
		0755:* | 0644:*) ;;
		*) fail "$from/files has a line that is not \"MODE PATH\": $mode $path" ;;
		esac
		if ! is_plain_file "$from/$path"; then fail "$from/$path is missing"; fi
		check_free "$from/$path" "$prefix/$path"
		set -- "$@" "$path"
		modes=$modes$mode$nl
	done <"$from/files"
	printf '%s' "$modes" >"$work/modes"
	(cd "$from" && sums "$@") | paste -d ' ' - "$work/modes" | sed 's/ \(.*\) \([0-9]*\)$/ \2 \1/' >"$work/files"
	machine=$(sed -n 's/^# jailwright .* FreeBSD //p' "$from/files")
	if [ -z "$root" ] && [ "$(uname -s)" = FreeBSD ] && [ "$(uname -p)" != "$machine" ]; then
		fail "$from is for $machine, this machine is $(uname -p)"
	fi
}

install_all() {
	find_source
	if [ -z "$root" ] && command -v pkg >/dev/null 2>&1 && pkg info -e jailwright 2>/dev/null; then
		fail 'the package jailwright is installed: "pkg delete jailwright" first'
	fi
	# All checks are made before the first change.
	load "$record"
	lines=$loaded
	check_source
	if [ -n "$podman" ]; then
		write_drop_in "$work/drop-in"
		check_free "$work/drop-in" "$podman/jailwright.conf"
	fi
	if [ -n "$ocijail" ]; then check_ocijail "$prefix/bin/ocijail"; fi

	begin_record
	cp "$record" "$work/before"
	load "$record"
	lines=$loaded
	kept=$nl
	while read -r sum mode path; do
		put_file file "$sum" "$mode" "$from/$path" "$prefix/$path"
	done <"$work/files"
	if [ -n "$podman" ]; then put_drop_in "$work/drop-in" "$podman/jailwright.conf"; fi
	if [ -n "$ocijail" ]; then make_ocijail "$prefix/bin/ocijail"; fi
	drop_old
	say "installed under $root$prefix"
}

# Removes the files of an earlier version. The drop-in and the link stay, even when this run was not asked for them.
drop_old() {
	: >"$work/old"
	while read -r kind detail path; do
		if names "$kept" "$path"; then continue; fi
		case $kind in
		conf | link) kept=$kept$kind\ $detail\ $path$nl ;;
		file) printf '%s %s %s\n' "$kind" "$detail" "$path" >>"$work/old" ;;
		esac
	done <"$work/before"
	remove_files "$work/old"
	grep -E '^(#|dir |aside )' "$record" >"$work/record"
	printf '%s' "${kept#"$nl"}" >>"$work/record"
	remove_directories "$work/record"
	new=$record.new
	cp "$work/record" "$new"
	mv -f "$new" "$record"
	new=
}

# --- uninstall ------------------------------------------------------------------------------------------------------

# Removes the files of a record that are still as they were installed.
remove_files() { # RECORD
	load "$1"
	set --
	while read -r kind detail path; do
		case $kind in
		file | conf) if is_plain_file "$root$path"; then set -- "$@" "$root$path"; fi ;;
		esac
	done <<END
$loaded
END
	if [ $# -eq 0 ]; then return; fi
	sums "$@" >"$work/sums"
	set --
	while read -r sum path; do
		case $loaded in
		*"${nl}file $sum ${path#"$root"}$nl"* | *"${nl}conf $sum ${path#"$root"}$nl"*) set -- "$@" "$path" ;;
		esac
	done <"$work/sums"
	if [ $# -gt 0 ]; then rm -f "$@"; fi
}

# Removes the recorded directories that are empty, the deepest first.
remove_directories() { # RECORD
	sed -n 's/^dir - //p' "$1" | sort -r >"$work/directories"
	set --
	while IFS= read -r path; do
		if [ -d "$root$path" ]; then set -- "$@" "$root$path"; fi
	done <"$work/directories"
	if [ $# -gt 0 ]; then rmdir "$@" 2>/dev/null || :; fi
}

restore() { # PATH
	if ! exists "$root$1.orig"; then
		say "$root$1.orig, which was to be put back, is gone"
	elif exists "$root$1"; then
		say "$root$1 is not ours any more: $root$1.orig is left beside it"
	else
		mv "$root$1.orig" "$root$1"
		say "$root$1 is back"
	fi
}

uninstall() {
	if [ ! -f "$record" ]; then fail "nothing to take back: $record is not there"; fi
	cp "$record" "$work/record"
	remove_files "$work/record"
	while read -r kind detail path; do
		: "$detail"
		if [ "$kind" = link ] && is_our_link "$root$path"; then rm -f "$root$path"; fi
	done <"$work/record"
	while read -r kind detail path; do
		case $kind in
		aside) restore "$path" ;;
		file | conf)
			if exists "$root$path"; then say "$root$path was changed since it was installed: left as it is"; fi
			;;
		esac
	done <"$work/record"
	rm -f "$record"
	remove_directories "$work/record"
	say "uninstalled from $root$prefix"
}

# --- command line ---------------------------------------------------------------------------------------------------

prefix=/usr/local
from=
podman=
ocijail=
action=install_all
root=${DESTDIR:-}
root=${root%/}
new=

while [ $# -gt 0 ]; do
	case $1 in
	--prefix | --from)
		[ $# -ge 2 ] || fail "$1 needs a directory"
		case $1 in
		--prefix) prefix=$2 ;;
		--from) from=$2 ;;
		esac
		shift
		;;
	--prefix=*) prefix=${1#*=} ;;
	--from=*) from=${1#*=} ;;
	--podman) podman=/usr/local/etc/containers/containers.conf.d ;;
	--podman=*) podman=${1#*=} ;;
	--ocijail) ocijail=yes ;;
	--uninstall) action=uninstall ;;
	--help | -h)
		usage
		exit 0
		;;
	*)
		usage >&2
		exit 2
		;;
	esac
	shift
done

for directory in "$prefix" ${podman:+"$podman"} ${root:+"$root"}; do
	case $directory in
	/*[!/]*) ;;
	*) fail "a directory must be absolute and more than /: $directory" ;;
	esac
	case $directory in
	*'
'*) fail 'a directory with a line break in its name cannot be recorded' ;;
	esac
done
prefix=${prefix%/}
podman=${podman%/}
record=$root$prefix/libdata/jailwright/installed

work=$(mktemp -d "${TMPDIR:-/tmp}/jailwright-install.XXXXXX")
trap 'rm -rf "$work"; [ -z "$new" ] || rm -f "$new"' EXIT
trap 'exit 1' HUP INT TERM
"$action"
