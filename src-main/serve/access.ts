import { isIP } from 'node:net'
import { createKeys, digest, newToken, same } from './keys.ts'

/** The parts of a request that decide whether it may pass; header names in lower case. */
export interface Knock {
  readonly method: string
  /** Path and query as sent. */
  readonly url: string
  readonly header: (name: string) => string | undefined
}

export type Verdict =
  | { readonly type: 'pass' }
  /**
   * It brought the token: give it the cookie and send it to the address without the token. The address carries an entry in
   * its fragment, which a browser sends to nobody; the page hands it in for its key.
   */
  | { readonly type: 'welcome'; readonly location: string; readonly cookie: string }
  | { readonly type: 'refuse'; readonly status: 400 | 403; readonly reason: string }

export interface Access {
  /** In the printed address. New with every start. */
  readonly token: string
  /**
   * A token that lets one browser in, once and within a minute. The browser's program is started with it, and every user of
   * this machine can read the arguments of programs.
   */
  ticket(): string
  judge(knock: Knock): Verdict
  /** The key of a page that shows the entry it was sent to, within a minute: a page left early asks again from the next. */
  redeem(entry: string): string | undefined
  /** For the address of a file; see `Keys`. */
  filePass(): string
}

/** What a request has to show besides the cookie: nothing, the key of the page, or that or a pass in its address. */
export type Proof = 'none' | 'key' | 'keyOrPass'

export interface AccessOptions {
  /** What the cookie and the keys of the browsers are made from; see secret.ts. */
  readonly secret: string
  /** By the path of the address. */
  readonly proofFor: (pathname: string) => Proof
  /** The address listened on where it is not loopback: any address literal then passes as Host too. */
  readonly exposedAs?: string
  /** Milliseconds since 1970, which never go back. */
  readonly now?: () => number
}

/** Milliseconds: what a browser takes to start, and not what a desk left alone for a while takes. */
const ticketLife = 60_000

/** The header that carries the key of a page; a WebSocket carries it as a second subprotocol, "key." before it. */
export const keyHeader = 'x-anneal-key'

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]'])

const noKey =
  'This browser has no key to this Anneal: open the whole address that "anneal serve" printed when it started.'
const noPageKey =
  'This page has no key to this Anneal, or one that is void: open the whole address that "anneal serve" printed when it started.'
const lateTicket =
  'This address was good for a minute after "anneal serve" had started, and that is over: open the address that it printed in its terminal.'
const usedTicket =
  'This address was good for one browser, which has opened it already: open the address that "anneal serve" printed in its terminal.'
const wrongHost =
  'This address does not belong to this Anneal: open it as 127.0.0.1 or localhost, as "anneal serve" printed it.'
const foreignPage = 'Anneal answers its own window only, not a page from another address.'

/**
 * Who may talk to the server. Host must name this machine, so that a foreign name bound to 127.0.0.1 (DNS rebinding) is
 * turned away; its port may be any, because an SSH tunnel maps ours to another. Origin, where a browser sends one, must
 * be that very Host, port included. A program that is no browser can claim any of this, and cookies come to whoever
 * listens on any port of this machine: what `proofFor` guards therefore wants the key of the page besides.
 */
export function createAccess(options: AccessOptions): Access {
  const { secret, exposedAs, proofFor, now = timeNow } = options
  const token = newToken()
  const keys = createKeys(secret, now)
  const cookieName = `anneal-${digest(secret).toString('hex').slice(0, 8)}`
  const hasCookie = (knock: Knock): boolean =>
    cookies(knock.header('cookie')).some(([name, value]) => name === cookieName && same(value, keys.cookie))
  const hasKey = (knock: Knock): boolean => shownKeys(knock).some((shown) => same(shown, keys.pageKey))
  const isProven = (knock: Knock, { pathname, searchParams }: URL): boolean => {
    const wanted = proofFor(pathname)
    if (wanted === 'none' || hasKey(knock)) return true
    const isRead = knock.method === 'GET' || knock.method === 'HEAD'
    return wanted === 'keyOrPass' && isRead && keys.isFilePass(searchParams.get('pass') ?? '')
  }
  const tickets = createOneTimeTokens(now)
  const entries = new Map<string, number>()

  return {
    token,
    ticket: () => tickets.give(),
    redeem(shown) {
      const isGood = [...entries].some(([entry, until]) => same(shown, entry) && now() <= until)
      return isGood ? keys.pageKey : undefined
    },
    filePass: () => keys.filePass(),
    judge(knock) {
      const host = knock.header('host')
      if (host === undefined || !isOurs(host, exposedAs)) return refusal(403, wrongHost)
      const origin = knock.header('origin')
      if (origin !== undefined && origin !== `http://${host}`) return refusal(403, foreignPage)
      if (isEmbedding(knock)) return refusal(403, foreignPage)
      const url = URL.parse(knock.url, `http://${host}`)
      if (url === null || url.host !== host.toLowerCase().replace(/:80$/, ''))
        return refusal(400, 'This request names no address that can be read.')
      const shown = url.searchParams.get('token')
      if (shown === null || knock.method !== 'GET') {
        if (!hasCookie(knock)) return refusal(403, noKey)
        return isProven(knock, url) ? passed : refusal(403, noPageKey)
      }
      // A ticket is used up also by a browser that did not need it.
      const ticket = tickets.take(shown)
      const isLetIn = ticket === 'good' || same(shown, token)
      if (!isLetIn && !hasCookie(knock)) return refusal(403, refusals[ticket])
      url.searchParams.delete('token')
      const cookie = `${cookieName}=${keys.cookie}; HttpOnly; SameSite=Strict; Path=/`
      // Relative, and never beginning with two slashes, which would name another host.
      const address = `${url.pathname.replace(/^\/+/, '/')}${url.search}`
      // The cookie alone, with an address that has become void, opens the window and gives it no key.
      if (!isLetIn) return { type: 'welcome', location: address, cookie }
      const entry = newToken()
      for (const [old, until] of entries) if (now() > until) entries.delete(old)
      entries.set(entry, now() + ticketLife)
      return { type: 'welcome', location: `${address}#entry=${entry}`, cookie }
    },
  }
}

const timeNow = (): number => performance.timeOrigin + performance.now()

type Taken = 'good' | 'late' | 'used' | 'unknown'

const refusals: Readonly<Record<Taken, string>> = {
  good: noKey,
  late: lateTicket,
  used: usedTicket,
  unknown: noKey,
}

/** Tokens that are good once, and for a minute. All that were ever given out are known, so that an old one is told from a wrong one. */
function createOneTimeTokens(now: () => number): { give(): string; take(shown: string): Taken } {
  const given = new Map<string, { readonly until: number; isUsed: boolean }>()
  return {
    give() {
      const token = newToken()
      given.set(token, { until: now() + ticketLife, isUsed: false })
      return token
    },
    take(shown) {
      const [, token] = [...given].find(([each]) => same(shown, each)) ?? []
      if (token === undefined) return 'unknown'
      if (token.isUsed) return 'used'
      if (now() > token.until) return 'late'
      token.isUsed = true
      return 'good'
    },
  }
}

/** The keys a request shows: in its header, or among the subprotocols of a WebSocket, which can set no header. */
function shownKeys({ header }: Knock): string[] {
  const protocols = (header('sec-websocket-protocol') ?? '').split(',').map((each) => each.trim())
  const fromSocket = protocols.filter((each) => each.startsWith('key.')).map((each) => each.slice(4))
  return [header(keyHeader) ?? [], fromSocket].flat()
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
