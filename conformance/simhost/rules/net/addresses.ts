import { KernelError } from '../../text/errno.ts'
import { formatInet, type InterfaceAddress, maskOf, networkOf } from './address.ts'
import { detects, startDetection } from './detection.ts'
import { FLAG, type Interface, ND6, type Vnet } from './interface.ts'
import type { NetKernel } from './kernel.ts'
import { attachInet6, setFlags } from './settings.ts'

function realAddress(kernel: NetKernel, item: Interface, entry: InterfaceAddress): void {
  if (item.linuxName === undefined) return
  const { address, prefix, broadcast } = entry
  const detect = detects(kernel, item)
  kernel.real(item.vnet, [{ op: 'address', name: item.linuxName, address, prefix, broadcast, detect }])
}

/**
 * SIOCAIFADDR and its IPv6 kin. The first address of a family brings the interface up, and an IPv6 address switches IPv6
 * on. An address that the interface has already only gets the new mask. EEXIST when another interface of the stack has
 * the address, EINVAL on a bridge member where the sysctl forbids addresses.
 */
export function addAddress(kernel: NetKernel, item: Interface, entry: InterfaceAddress): void {
  const { address, family } = entry
  const elsewhere = item.vnet.interfaces.some(
    other => other !== item && other.addresses.some(known => known.address === address && family === 'inet'),
  )
  if (elsewhere) throw new KernelError('EEXIST')
  if (item.bridge !== undefined && !kernel.around.memberAddresses()) throw new KernelError('EINVAL')
  const complete: InterfaceAddress = { ...entry }
  if (family === 'inet' && (item.flags & FLAG.BROADCAST) !== 0 && complete.broadcast === undefined) {
    const size = 2 ** (32 - entry.prefix)
    complete.broadcast =
      entry.prefix >= 31 ? address : formatInet(networkOf(address, entry.prefix) + size - 1)
  }
  const at = item.addresses.findIndex(known => known.address === address)
  const first = !item.addresses.some(known => known.family === family)
  if (at >= 0) {
    const old = item.addresses[at]!
    if (old.prefix !== entry.prefix) kernel.dropReal(item, old.address, old.prefix)
    item.addresses[at] = complete
  } else item.addresses.push(complete)
  if (first && (item.flags & FLAG.UP) === 0) setFlags(kernel, item, FLAG.UP, true)
  if (at < 0) startDetection(kernel, item, complete)
  realAddress(kernel, item, complete)
  if (family === 'inet6' && (item.nd6 & ND6.IFDISABLED) !== 0) {
    item.nd6 &= ~ND6.IFDISABLED
    attachInet6(kernel, item)
  }
}

/** SIOCDIFADDR: removes the named address, or the first IPv4 address when none is named. EADDRNOTAVAIL. */
export function deleteAddress(
  kernel: NetKernel,
  item: Interface,
  family: 'inet' | 'inet6',
  address?: string,
): void {
  const found = item.addresses.find(
    known => known.family === family && (address === undefined || known.address === address),
  )
  if (found === undefined) throw new KernelError('EADDRNOTAVAIL')
  item.addresses = item.addresses.filter(known => known !== found)
  kernel.dropReal(item, found.address, found.prefix)
  if (family === 'inet') {
    // Linux removes the other addresses of the same network with the first one, so they are added again.
    for (const other of item.addresses) {
      const together = other.family === 'inet' && other.prefix === found.prefix
      const same = networkOf(other.address, found.prefix) === networkOf(found.address, found.prefix)
      if (together && same) realAddress(kernel, item, other)
    }
  }
}

/** lo0 as `ifconfig lo0 inet 127.0.0.1/8; ifconfig lo0 inet6 ::1/128; ifconfig lo0 up` leaves it. ENXIO without lo0. */
export function loopbackUp(kernel: NetKernel, vnet: Vnet): void {
  const item = kernel.find(vnet, 'lo0')
  if (item === undefined) throw new KernelError('ENXIO')
  addAddress(kernel, item, { family: 'inet', address: '127.0.0.1', prefix: 8 })
  addAddress(kernel, item, { family: 'inet6', address: '::1', prefix: 128 })
  setFlags(kernel, item, FLAG.UP, true)
}

/** Mask of an IPv4 prefix as ifconfig(8) prints it. */
export function hexMask(prefix: number): string {
  return `0x${maskOf(prefix).toString(16)}`
}
