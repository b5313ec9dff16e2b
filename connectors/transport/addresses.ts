/**
 * Which network addresses a partner connection may reach. Partners are on the public internet unless the connection says
 * otherwise; everything a server-side request forgery would aim at is refused (IANA special-purpose address registries).
 */
import { lookup as resolve } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'

const REFUSED_V4: [network: string, prefix: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

const refusedV4 = new BlockList()
for (const [network, prefix] of REFUSED_V4) refusedV4.addSubnet(network, prefix, 'ipv4')

/** Only global unicast (2000::/3) is public; the tunnels and documentation ranges inside it are not. */
const globalV6 = new BlockList()
globalV6.addSubnet('2000::', 3, 'ipv6')
const refusedV6 = new BlockList()
refusedV6.addSubnet('2001::', 23, 'ipv6')
refusedV6.addSubnet('2001:db8::', 32, 'ipv6')
refusedV6.addSubnet('2002::', 16, 'ipv6')
refusedV6.addSubnet('3fff::', 20, 'ipv6')

/** True for an address of the public internet. IPv4 written inside IPv6 (mapped, NAT64, 6to4) counts as private: no partner needs it. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !refusedV4.check(address, 'ipv4')
  if (family === 6) return globalV6.check(address, 'ipv6') && !refusedV6.check(address, 'ipv6')
  return false
}

export type ResolvedAddress = { address: string; family: 4 | 6 }

/** Says why a host may not be reached; its message names no address, so that nobody can map a network with it. */
export class AddressRefused extends Error {
  readonly code = 'address-refused'

  constructor(host: string) {
    super(`${host} leads to a private or reserved address, which this connection does not allow`)
    this.name = 'AddressRefused'
  }
}

/** How names become addresses; the tests hand in their own. */
export type Resolver = (host: string) => Promise<{ address: string; family: number }[]>

const systemResolver: Resolver = (host) => resolve(host, { all: true, verbatim: true })

/**
 * Resolves a host once and gives only addresses that were checked: the caller must connect to one of them and not resolve again
 * (DNS rebinding). One bad address refuses the whole host. Throws AddressRefused, or the resolver's error.
 */
export async function resolveChecked(
  host: string,
  allowPrivateAddresses: boolean,
  resolver: Resolver = systemResolver,
): Promise<ResolvedAddress[]> {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
  const literal = isIP(bare)
  const found = literal === 0 ? await resolver(bare) : [{ address: bare, family: literal }]
  if (found.length === 0) throw new AddressRefused(host)
  if (!allowPrivateAddresses && found.some(({ address }) => !isPublicAddress(address))) throw new AddressRefused(host)
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }))
}
