import { hostname, networkInterfaces } from 'node:os'
import { show, UserError } from '../../shared/errors.ts'

/** How other machines reach this one. */
export interface HostAddress {
  /** A name or an address, without brackets. */
  readonly host: string
  readonly port: number
}

/** The first address of this machine that others may reach; its name where it has none. */
export function ownHost(): string {
  for (const addresses of Object.values(networkInterfaces()))
    for (const { family, internal, address } of addresses ?? [])
      if (family === 'IPv4' && !internal) return address
  return hostname()
}

/** All that other machines may reach this one by: its name, then its addresses, those of IPv4 first. */
export function ownAddresses(): string[] {
  const found = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  const outer = found.filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
  const of = (family: string) => outer.filter((each) => each.family === family).map(({ address }) => address)
  return [...new Set([hostname(), ...of('IPv4'), ...of('IPv6')])]
}

/**
 * @param text what a user says: "gpu-box", "10.0.0.5:7000", "[fd00::5]:7000", "fd00::5"
 * @param port where the text says none  @throws UserError for what is no such thing
 */
export function parseAddress(text: string, port: number): HostAddress {
  const isBareV6 = text.split(':').length > 2 && !text.startsWith('[')
  const url = URL.parse(`anneal://${isBareV6 ? `[${text}]` : text}`)
  const isPlain = url !== null && url.hostname !== '' && url.pathname === '' && url.search === ''
  if (!isPlain || url.username !== '' || url.hash !== '' || /\s/.test(text))
    throw new UserError(
      `While adding a worker: the address must be a host name or an IP address, with a port if need be (received ${show(text)}).`,
    )
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? port : Number(url.port),
  }
}

export const urlOf = ({ host, port }: HostAddress): string =>
  `https://${host.includes(':') ? `[${host}]` : host}:${port}`
