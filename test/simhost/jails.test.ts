import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { machine, obstacle } from './machine.ts'

if (obstacle !== undefined) console.log(`skipped: ${obstacle}`)

describe.skipIf(obstacle !== undefined)('jails of the simulated host', () => {
  let host: ReturnType<typeof machine>
  const sh = (line: string) => host.sh(line)
  beforeAll(() => {
    host = machine('jails')
  })
  afterAll(() => {
    host.destroy()
  })

  it('a jail has a root, hostname and processes of its own', () => {
    sh('jail -c name=a path=/jt persist host.hostname=a.example')
    expect(sh('jexec a sh -c "hostname; ls / | head -2; sysctl -n security.jail.jailed"').stdout).toBe(
      'a.example\nbin\ndata\n1\n',
    )
    // Without devfs there is no /dev/null, which ps(1) opens first.
    sh('mount -t devfs devfs /jt/dev')
    expect(sh('jexec a ps ax | wc -l | tr -d " "').stdout).toBe('2\n')
    sh('umount /jt/dev')
    expect(sh('jexec a sh -c "ls /work 2>/dev/null"').stdout).toBe('')
    sh('jail -r a')
  })

  it('root in a jail has none of the privileges that would lead out', () => {
    sh('jail -c name=p path=/jt persist')
    expect(sh('jexec p mknod /tmp/x c 1 3').status).not.toBe(0)
    expect(sh('jexec p mount -t tmpfs tmpfs /mnt')).toMatchObject({
      status: 1,
      stderr: 'mount: tmpfs: Operation not permitted\n',
    })
    expect(sh('jexec p kldload nullfs').stderr).toContain('Operation not permitted')
    // A signal to -1 from a shell builtin or a program in the jail must not reach the host.
    sh(
      'sleep 9000 >/dev/null 2>&1 & echo $! > /kill.pid; jexec p sh -c "kill -9 -1; /bin/kill -9 -1" 2>/dev/null',
    )
    expect(sh('kill -0 $(cat /kill.pid) && kill $(cat /kill.pid); echo $?').stdout).toBe('0\n')
    sh('while pgrep sleep; do sleep 0.1; done; jail -r p')
  })

  it('allow.mount.tmpfs with enforce_statfs=1 lets a jail mount, and its mount list is its own', () => {
    sh('jail -c name=m path=/jt persist allow.mount allow.mount.tmpfs enforce_statfs=1')
    expect(sh('jexec m mount -t tmpfs tmpfs /mnt')).toMatchObject({ status: 0, stderr: '' })
    expect(sh('jexec m mount | tail -1').stdout).toBe('tmpfs on /mnt (tmpfs, local)\n')
    expect(sh('mount | tail -1').stdout).toBe('tmpfs on /jt/mnt (tmpfs, local)\n')
    expect(sh('jexec m umount /mnt').status).toBe(0)
    sh('jail -r m')
  })

  it('kill(2) in a jail finds a child that has ended and is not waited for yet', () => {
    // catatonit's self-check relies on kern_kill finding its zombie (pfind_any). A shell waits too soon, so perl is used.
    sh('jail -c name=z path=/ persist')
    const script = [
      'my $child = fork // die; exit 0 unless $child',
      'select undef, undef, undef, 0.2',
      'print kill(0, $child), " "',
      'waitpid $child, 0',
      'print kill(0, $child), " $!\\n"',
    ].join('; ')
    expect(sh(`jexec z perl -e '${script}'`)).toEqual({
      status: 0,
      stdout: '1 0 No such process\n',
      stderr: '',
    })
    sh('jail -r z')
  })

  it('jail_remove ends every process of the jail and its child jails', () => {
    sh('jail -c name=top path=/jt persist children.max=2; jail -c name=top.sub path=/jt persist')
    sh('mount -t devfs devfs /jt/dev')
    sh(
      'jexec top.sub sh -c "trap \\"\\" TERM; sleep 9100 >/dev/null 2>&1 & sleep 9100 >/dev/null 2>&1 &"; jexec top sleep 9100 >/dev/null 2>&1 &',
    )
    sh('until [ "$(pgrep -j top,top.sub sleep | wc -l)" -ge 3 ]; do sleep 0.1; done')
    expect(sh('pgrep -j top,top.sub sleep | wc -l').stdout.trim()).toBe('3')
    expect(sh('jail -R top; jls name; pgrep sleep').stdout).toBe('')
    expect(sh('umount /jt/dev').status).toBe(0)
  })

  it('a jail without persist ends with its last process', () => {
    expect(sh('jail -c name=once path=/jt command=/bin/sh -c "hostname; exit 0"; jls name').stdout).toBe('\n')
    expect(sh('jail -c name=once path=/jt command=/bin/sh -c "exit 3"')).toMatchObject({
      status: 1,
      stderr: 'jail: /bin/sh -c exit 3: failed\n',
    })
    expect(sh('jls name').stdout).toBe('')
  })

  it('a process in a jail may have 1023 groups and no more, as on FreeBSD (NGROUPS_MAX)', () => {
    sh('jail -c name=g path=/ persist')
    const groups = (most: number) =>
      sh(`jexec g perl -e '$! = 0; $) = "0 " . join(" ", 1..${most}); print "$!\\n"'`).stdout
    expect(groups(1023)).toBe('\n')
    expect(groups(1024)).toBe('Invalid argument\n')
    sh('jail -R g')
  })

  it('jail_attach refuses a process with an open directory', () => {
    sh('jail -c name=d path=/jt persist')
    expect(host.exec('bash', '-c', 'jexec d true 9</tmp')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^jexec: jail_attach\([0-9]+\): Operation not permitted\n$/),
    })
    sh('jail -r d')
  })

  it('jail.conf has blocks, variables and commands in their order, and a failed start is undone', () => {
    sh(`cat > /etc/t.conf <<'X'
exec.clean; path = "/jt"; $tld = example;
good { host.hostname = "$name.\${tld}"; persist; exec.prestart = "echo prestart"; exec.start = "hostname", "echo two";
  exec.poststart = "echo poststart"; exec.stop = "echo stop"; exec.poststop = "echo poststop"; mount.devfs; }
bad { exec.start = "exit 1"; persist; mount.devfs; exec.start += "echo never"; }
X`)
    expect(sh('jail -f /etc/t.conf -c good').stdout).toBe(
      'prestart\ngood: created\ngood.example\ntwo\npoststart\n',
    )
    expect(sh('jail -f /etc/t.conf -r good').stdout).toBe('stop\ngood: removed\npoststop\n')
    const bad = sh('jail -f /etc/t.conf -c bad')
    expect(bad).toMatchObject({ status: 1, stdout: 'bad: created\nbad: removed\n' })
    expect(sh('jls name; mount | grep -c /jt/dev').stdout).toBe('0\n')
    expect(sh('printf "x { path = /jt }" | jail -f - -e :')).toEqual({
      status: 1,
      stdout: '',
      stderr: 'jail: STDIN line 1: }: syntax error\n',
    })
    expect(sh('printf "x { path = /jt; persist; }" | jail -f - -e :').stdout).toBe(
      'name=x:path=/jt:persist\n',
    )
  })

  it('a parameter appears when its module is loaded', () => {
    expect(sh('sysctl -n security.jail.param.allow.vmm').status).toBe(1)
    expect(
      sh('kldload vmm; sysctl -n security.jail.param.allow.vmm; ls -l /dev/vmmctl | cut -c1-10'),
    ).toMatchObject({
      stdout: '0\ncrw-------\n',
    })
    expect(sh('jail -c name=v path=/jt persist allow.vmm; jls -n -j v allow.vmm; jail -r v').stdout).toBe(
      'allow.vmm\n',
    )
  })

  it('names in a jail are relative, and a child jail may not get what its parent lacks', () => {
    sh('jail -c name=out path=/jt persist children.max=1 securelevel=1')
    expect(sh('jail -c name=out.in path=/jt persist allow.raw_sockets').stderr).toBe(
      'jail: jail_set: Operation not permitted\n',
    )
    expect(sh('jail -c name=out.in path=/jt persist securelevel=0').status).toBe(1)
    expect(sh('jail -c name=out.in path=/jt persist && jexec out jls name').stdout).toBe('in\n')
    sh('jail -r out')
  })

  it('signals from a jail reach only the jail, whatever pid they name', () => {
    sh('jail -c name=k path=/jt persist; mount -t devfs -o ruleset=4 devfs /jt/dev')
    const outside = sh('sleep 1000 >/dev/null 2>&1 & echo $!').stdout.trim()
    expect(sh(`jexec k sh -c 'kill -0 ${outside}; echo $?'`)).toMatchObject({
      stdout: '1\n',
      stderr: `kill: ${outside}: No such process\n`,
    })
    // The rule also holds for the system call: a `timeout` ends its child, and a group.
    expect(
      sh("jexec k sh -c 'timeout 0.1 sleep 9; echo $?; sleep 9 & kill $!; wait $!; echo $?'").stdout,
    ).toBe('124\n143\n')
    expect(sh("jexec k sh -c 'sleep 9 & kill -9 -1; echo alive'").stdout).toBe('alive\n')
    expect(sh(`kill -0 ${outside}; echo $?; kill ${outside}`).stdout).toBe('0\n')
    sh('umount /jt/dev; jail -r k')
  })

  it.each(['', 'mount -t fdescfs fdescfs /jt/dev/fd;'])(
    '/dev/stdin, /dev/stdout and /dev/fd work without a procfs %s',
    more => {
      sh(`jail -c name=f path=/jt persist; mount -t devfs -o ruleset=4 devfs /jt/dev; ${more}`)
      expect(
        sh(
          "jexec f sh -c 'echo one >/dev/stdout; echo two | cat /dev/stdin; echo 3 >/dev/fd/2; ls /dev/fd | head -1'",
        ),
      ).toMatchObject({ stdout: 'one\ntwo\n0\n', stderr: '3\n' })
      // The program gets a copy of the descriptor, so the file is not emptied.
      expect(
        sh("jexec f sh -c 'echo a; echo b >/dev/stdout; echo c' > /listed; cat /listed; jail -r f").stdout,
      ).toBe('a\nb\nc\n')
      expect(sh('umount /jt/dev/fd 2>/dev/null; umount /jt/dev; mount | grep -c /jt').stdout).toBe('0\n')
    },
  )

  it('jail -c skips jails that run already, and jail -r also removes jails that depend on a jail', () => {
    sh(`printf 'path=/jt; persist;\na {}\nb { depend = a; }\n' > /dep.conf`)
    expect(sh('jail -f /dep.conf -c a').stdout).toBe('a: created\n')
    expect(sh('jail -f /dep.conf -c')).toMatchObject({ status: 0, stdout: 'b: created\n', stderr: '' })
    expect(sh('jail -f /dep.conf -rc b').stdout).toBe('b: created\n')
    expect(sh('jail -f /dep.conf -rc a').stdout).toBe('a: created\nb: created\n')
    expect(sh('jail -f /dep.conf -r a').stdout).toBe('b: removed\na: removed\n')
    expect(sh('jail -f /dep.conf -rc a')).toMatchObject({ status: 1, stderr: 'jail: "a" not found\n' })
  })

  it('jail_set(2) refuses in the order and for the reasons of kern_jail_set', () => {
    sh(
      'ln -s /jt /jtlink; jail -c name=k path=/jtlink persist children.max=2 ip4.addr=9.9.9.9,8.8.8.8,7.7.7.7',
    )
    expect(sh('jls -j k path ip4.addr').stdout).toBe('/jt 9.9.9.9,7.7.7.7,8.8.8.8\n')
    const refused: [string, string][] = [
      [
        '-c name=k.l path=/jt persist vnet=inherit ip4=inherit',
        'vnet jails cannot have IP address restrictions',
      ],
      ['-c name=l path=/jt vnet vnet.interface=lo9', 'new jail must persist or attach'],
      ['-c name=l name=m path=/jt persist', 'cannot redefine parameter "name".'],
      ['-c name=l path=/jt persist ip4.addr=0.0.0.0', 'jail_set: Invalid argument'],
      ['-c name=l path=/jt persist ip4.addr=1.1.1.1,1.1.1.1', 'jail_set: Invalid argument'],
      [
        '-c name=l path=/jt persist osrelease=1234567890123456789012345678901',
        'osrelease string must be 1-31 bytes long',
      ],
      ['-c name=l path=/jt persist children.max=999999', 'jail_set: Operation not permitted'],
      ['-c name=l path=/jt persist children.max=0x1', 'children.max: non-integer value "0x1"'],
      ['-c name=007 path=/jt persist', 'name cannot be numeric (unless it is the jid)'],
      ['-c name=l path=/jt persist mount="tmpfs tmp tmpfs"', 'mount: tmp: not an absolute pathname'],
      ['-c name=l path=/jt persist exec.clean=maybe', 'exec.clean: unknown boolean value "maybe"'],
      ['-m name=k ip4=inherit', 'ip4 cannot be changed after creation'],
      ['-m name=k path=/jtlink', 'path cannot be changed after creation'],
      ['-m name=k novnet', 'unknown parameter: novnet'],
      ['-m name=k dying=0', 'unknown parameter: nodying'],
      [`-m name=k meta.x=${'x'.repeat(4096)}`, 'jail_set: File too large'],
    ]
    expect(sh(refused.map(([words]) => `jail ${words}; echo $?`).join('\n'))).toMatchObject({
      stdout: '1\n'.repeat(refused.length),
      stderr: refused.map(([, text]) => `jail: ${text}\n`).join(''),
    })
    expect(sh('jail -m name=k path=/jt vnet=inherit ip4=disable; jls name').stdout).toBe('k\n')
    // A permission that a jail loses is lost by the jails below, and jailsys values may be numbers.
    sh('jail -m name=k allow.mount securelevel=1 sysvmsg=1; jail -c name=k.in path=/jt persist allow.mount')
    sh('jail -m name=k allow.nomount securelevel=2 devfs_ruleset=5 enforce_statfs=2')
    expect(sh('jls -n -j k.in allow.mount securelevel devfs_ruleset').stdout).toBe(
      'allow.nomount securelevel=2 devfs_ruleset=5\n',
    )
    // -r with a wildcard means the jails of a file and -R the running ones; neither removes anything here.
    expect(sh("jail -r '*'; jls name").stdout).toBe('k\nk.in\n')
    expect(sh('jail -r')).toMatchObject({ status: 1, stderr: expect.stringMatching(/^usage: jail /) })
    expect(sh("jail -R '*'; jls name").stdout).toBe('k.in: removed\nk: removed\n')
    expect(sh('jail -i -c path=/jt command=/bin/echo hi').stdout).toMatch(/^hi\n[0-9]+\n$/)
  })

  it('jls prints a column of names, all parameters in order, and with -s only those that can be set', () => {
    sh("jail -R '*'; jail -c name=one path=/jt persist host.hostname=h")
    expect(sh('jls -N').stdout).toBe(
      ` JID             IP Address      Hostname                      Path\n ${'one'.padEnd(15)} ${''.padEnd(15)} ${'h'.padEnd(29)} /jt\n`,
    )
    expect(sh('jls -j one -s').stdout).toMatch(
      /^devfs_ruleset=0 enforce_statfs=2 env="" host=new .*meta="" name=one .*host.domainname="" .*host.hostname=h /,
    )
    expect(sh('jls -j one -h all | head -1').stdout).toMatch(/^cpuset.id|^devfs_ruleset dying/)
    expect(sh('jls --libxo json,pretty name').stdout).toContain('\n      {\n        "name": "one"\n      }\n')
    sh('jail -r one')
  })
})
