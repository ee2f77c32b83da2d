import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'

/** What of a request decides whether it may pass; header names in lower case. */
export interface Knock {
  readonly method: string
  /** Path and query as sent. */
  readonly url: string
  readonly header: (name: string) => string | undefined
}

export type Verdict =
  | { readonly type: 'pass' }
  /** It brought the token: give it the cookie and send it to the address without the token. */
  | { readonly type: 'welcome'; readonly location: string; readonly cookie: string }
  | { readonly type: 'refuse'; readonly status: 400 | 403; readonly reason: string }

export interface Access {
  /** In the printed address. New with every start. */
  readonly token: string
  /**
   * A token that lets one browser in, once and within a minute: programs are started with it, and whoever is on this
   * machine can read what programs are started with.
   */
  ticket(): string
  judge(knock: Knock): Verdict
}

export interface AccessOptions {
  /** What a browser that came with the token shows from then on; see session.ts. */
  readonly session: string
  /** The address listened on where it is not loopback: any address literal then passes as Host too. */
  readonly exposedAs?: string
  /** Milliseconds that never go back. */
  readonly now?: () => number
}

/** Milliseconds: what a browser takes to start, and not what a desk left alone for a while takes. */
const ticketLife = 60_000

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]'])

const noKey =
  'This browser has no key to this Anneal: open the whole address that "anneal serve" printed when it started.\n'
const lateTicket =
  'This address was good for a minute after "anneal serve" had started, and that is over: open the address that it printed in its terminal.\n'
const usedTicket =
  'This address was good for one browser, which has opened it already: open the address that "anneal serve" printed in its terminal.\n'
const wrongHost =
  'This address does not belong to this Anneal: open it as 127.0.0.1 or localhost, as "anneal serve" printed it.\n'
const foreignPage = 'Anneal answers its own window only, not a page from another address.\n'

/**
 * Who may talk to the server. Host must name this machine, so that a foreign name bound to 127.0.0.1 (DNS rebinding) is
 * turned away; its port may be any, because an SSH tunnel maps ours to another. Origin, where a browser sends one, must
 * be that very Host, port included: pages of other local servers are foreign, though cookies would be sent for them.
 */
export function createAccess({ session, exposedAs, now = () => performance.now() }: AccessOptions): Access {
  const token = newToken()
  const cookieName = `anneal-${digest(session).toString('hex').slice(0, 8)}`
  const hasCookie = (knock: Knock): boolean =>
    cookies(knock.header('cookie')).some(([name, value]) => name === cookieName && same(value, session))
  // All that were ever given out, which is one for each browser we opened, so that an old one is told from a wrong one.
  const tickets = new Map<string, { readonly until: number; isUsed: boolean }>()
  /** @returns why it does not let in; undefined for one that was not a ticket */
  const takeTicket = (shown: string): 'good' | typeof lateTicket | typeof usedTicket | undefined => {
    const [, ticket] = [...tickets].find(([given]) => same(shown, given)) ?? []
    if (ticket === undefined) return undefined
    if (ticket.isUsed) return usedTicket
    if (now() > ticket.until) return lateTicket
    ticket.isUsed = true
    return 'good'
  }

  return {
    token,
    ticket() {
      const ticket = newToken()
      tickets.set(ticket, { until: now() + ticketLife, isUsed: false })
      return ticket
    },
    judge(knock) {
      const host = knock.header('host')
      if (host === undefined || !isOurs(host, exposedAs)) return refusal(403, wrongHost)
      const origin = knock.header('origin')
      if (origin !== undefined && origin !== `http://${host}`) return refusal(403, foreignPage)
      if (isEmbedding(knock)) return refusal(403, foreignPage)
      const url = URL.parse(knock.url, `http://${host}`)
      if (url === null || url.host !== host.toLowerCase().replace(/:80$/, ''))
        return refusal(400, 'This request names no address that can be read.\n')
      const shown = url.searchParams.get('token')
      if (shown === null || knock.method !== 'GET') return hasCookie(knock) ? passed : refusal(403, noKey)
      // A ticket is used up also by a browser that did not need it.
      const ticket = takeTicket(shown)
      if (ticket === 'good' || same(shown, token) || hasCookie(knock)) {
        url.searchParams.delete('token')
        const cookie = `${cookieName}=${session}; HttpOnly; SameSite=Strict; Path=/`
        // Relative, and never beginning with two slashes, which would name another host.
        const location = `${url.pathname.replace(/^\/+/, '/')}${url.search}`
        return { type: 'welcome', location, cookie }
      }
      return refusal(403, ticket ?? noKey)
    },
  }
}

const passed: Verdict = { type: 'pass' }

function refusal(status: 400 | 403, reason: string): Verdict {
  return { type: 'refuse', status, reason }
}

function isOurs(host: string, exposedAs: string | undefined): boolean {
  const name = host.replace(/:\d{1,5}$/, '').toLowerCase()
  if (loopbackNames.has(name)) return true
  if (exposedAs === undefined) return false
  // Rebinding needs a name; an address cannot be bound to another one.
  return isIP(name.replace(/^\[|\]$/g, '')) !== 0 || name === exposedAs.toLowerCase()
}

/** Another site's page that takes our answer for its script or picture: such requests carry no Origin. */
function isEmbedding({ header }: Knock): boolean {
  const site = header('sec-fetch-site')
  return (site === 'cross-site' || site === 'same-site') && header('sec-fetch-mode') !== 'navigate'
}

function cookies(header = ''): [name: string, value: string][] {
  return header.split(';').map((pair) => {
    const [name = '', ...rest] = pair.split('=')
    return [name.trim(), rest.join('=').trim()]
  })
}

/** In constant time: how long it takes tells nothing of how much was right. */
function same(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b))
}

const newToken = (): string => randomBytes(24).toString('base64url')

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
