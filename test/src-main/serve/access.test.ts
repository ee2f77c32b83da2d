import assert from 'node:assert/strict'
import test from 'node:test'
import { type AccessOptions, createAccess, type Knock, type Proof } from '../../../src-main/serve/access.ts'

/* Who may pass, decided from a request's head alone. */

const secret = 's'.repeat(43)
const plainHost = '127.0.0.1:7341'

const proofFor = (pathname: string): Proof =>
  pathname.startsWith('/trpc') ? 'key' : pathname.startsWith('/download/') ? 'keyOrPass' : 'none'

function doorOf(options: Partial<AccessOptions> = {}) {
  const access = createAccess({ secret, proofFor, ...options })
  const welcome = access.judge(knock({ url: `/?token=${access.token}` }))
  assert.equal(welcome.type, 'welcome')
  const cookie = (welcome.type === 'welcome' ? welcome.cookie : '').split(';')[0] ?? ''
  return { access, cookie, judge: (more: Request) => access.judge(knock({ cookie, ...more })).type }
}

interface Request {
  readonly method?: string
  readonly url?: string
  readonly host?: string | undefined
  readonly [header: string]: string | undefined
}

function knock({ method = 'GET', url = '/', ...headers }: Request): Knock {
  const all: Request = { host: plainHost, ...headers }
  return { method, url, header: (name) => all[name] }
}

test('the token lets a browser in once per address, and the cookie from then on', () => {
  const { access, cookie } = doorOf()
  const welcome = access.judge(knock({ url: `/runs/a?x=1&token=${access.token}&y=2` }))
  assert.ok(welcome.type === 'welcome')
  assert.match(welcome.location, /^\/runs\/a\?x=1&y=2#entry=[\w-]{32}$/)
  assert.match(welcome.cookie, /^anneal-[0-9a-f]{8}=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/)
  assert.equal(access.judge(knock({ cookie })).type, 'pass')
  assert.equal(access.judge(knock({})).type, 'refuse')
  for (const wrong of ['', 'x', access.token.slice(1), `${access.token}%20`, `${access.token}a`])
    assert.equal(access.judge(knock({ url: `/?token=${wrong}` })).type, 'refuse', wrong)
  assert.equal(
    access.judge(knock({ method: 'POST', url: `/?token=${access.token}` })).type,
    'refuse',
    'a token opens pages only',
  )
  assert.notEqual(createAccess({ secret, proofFor }).token, access.token)
})

test('a ticket lets one browser in, once, also where it was not needed', () => {
  const { access, cookie } = doorOf()
  const url = `/?token=${access.ticket()}`
  assert.equal(access.judge(knock({ url })).type, 'welcome')
  assert.equal(access.judge(knock({ url })).type, 'refuse')
  const other = `/?token=${access.ticket()}`
  assert.equal(access.judge(knock({ url: other, cookie })).type, 'welcome')
  assert.equal(access.judge(knock({ url: other })).type, 'refuse')
})

test('a ticket that nobody used in its first minute is over, and says what to open instead', () => {
  let time = 0
  const access = createAccess({ secret, proofFor, now: () => time })
  const [late, inTime] = [access.ticket(), access.ticket()].map((ticket) => `/?token=${ticket}`)
  const reason = (url = '', cookie?: string) => {
    const verdict = access.judge(knock({ url, ...(cookie !== undefined && { cookie }) }))
    return verdict.type === 'refuse' ? verdict.reason : verdict.type
  }
  time = 60_000
  assert.equal(reason(inTime), 'welcome')
  time = 60_001
  assert.match(reason(late), /good for a minute .* is over: open the address that it printed/)
  assert.match(reason(inTime), /good for one browser, which has opened it already/)
  time = 0
  assert.equal(reason(`/?token=${access.token}`), 'welcome', 'the printed address stays')
  time = 1e9
  assert.equal(reason(`/?token=${access.token}`), 'welcome')
  assert.match(reason('/?token=x'), /This browser has no key/)
  // Whoever is in already loses nothing by an old address.
  const welcome = access.judge(knock({ url: `/?token=${access.token}` }))
  const cookie = (welcome.type === 'welcome' ? welcome.cookie : '').split(';')[0]
  assert.equal(reason(late, cookie), 'welcome')
})

test('where a token sends a browser is always here', () => {
  const { access } = doorOf()
  const sentTo = (path: string) => {
    const verdict = access.judge(knock({ url: `${path}?token=${access.token}` }))
    return verdict.type === 'welcome' ? verdict.location : verdict.type
  }
  assert.equal(sentTo('//evil.example/x'), 'refuse')
  assert.equal(sentTo('/\\evil.example/x'), 'refuse')
  assert.match(sentTo(`http://${plainHost}//evil.example/x`), /^\/evil\.example\/x#entry=/)
  assert.equal(sentTo('http://evil.example/'), 'refuse')
})

test('cookies of other programs, homes and broken ones open nothing', () => {
  const { access, cookie } = doorOf()
  const [name = '', value = ''] = cookie.split('=')
  for (const wrong of [
    '',
    '=',
    name,
    `${name}=`,
    `x${name}=${value}`,
    `${name}=${value}x`,
    `${name}="${value}"`,
  ])
    assert.equal(access.judge(knock({ cookie: wrong })).type, 'refuse', wrong)
  assert.equal(access.judge(knock({ cookie: `a=b; ${cookie}; c=d=e` })).type, 'pass')
  assert.equal(createAccess({ secret: 't'.repeat(43), proofFor }).judge(knock({ cookie })).type, 'refuse')
})

test('Host must name this machine, in whatever spelling a browser sends', () => {
  const { judge } = doorOf()
  for (const host of ['127.0.0.1:7341', '127.0.0.1', 'localhost:7341', 'LocalHost:9', '[::1]:7341', '[::1]'])
    assert.equal(judge({ host }), 'pass', host)
  const foreign = [
    undefined,
    '',
    'evil.example',
    'evil.example:7341',
    'localhost.evil.example:7341',
    'localhost.:7341',
    '127.0.0.1.nip.io:7341',
    '127.0.0.2:7341',
    '0.0.0.0:7341',
    '2130706433:7341',
    '[::ffff:127.0.0.1]:7341',
    '::1',
    '[::1',
    '192.168.0.7:7341',
    '127.0.0.1:7341:7341',
    '127.0.0.1:123456',
    '127.0.0.1 ',
    'a@127.0.0.1:7341',
  ]
  for (const host of foreign) assert.equal(judge({ host }), 'refuse', String(host))
})

test('an origin that a browser sends must be the very address asked, port included', () => {
  const { judge } = doorOf()
  assert.equal(judge({ origin: `http://${plainHost}` }), 'pass')
  assert.equal(judge({ host: 'localhost:9', origin: 'http://localhost:9' }), 'pass')
  const foreign = [
    'null',
    '',
    'https://evil.example',
    `https://${plainHost}`,
    'http://127.0.0.1:3000',
    'http://127.0.0.1',
    'http://localhost:7341',
    `http://${plainHost}.evil.example`,
    `http://${plainHost}/`,
  ]
  for (const origin of foreign) {
    assert.equal(judge({ origin }), 'refuse', origin)
    assert.equal(judge({ origin, method: 'POST', url: '/trpc/runs.launch' }), 'refuse', origin)
  }
})

test('what another site embeds is refused, a link from there is not', () => {
  const { judge } = doorOf()
  for (const site of ['cross-site', 'same-site']) {
    for (const mode of ['no-cors', 'cors', 'websocket', undefined])
      assert.equal(judge({ 'sec-fetch-site': site, 'sec-fetch-mode': mode }), 'refuse', `${site} ${mode}`)
    assert.equal(judge({ 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate' }), 'pass')
  }
  for (const site of ['same-origin', 'none'])
    assert.equal(judge({ 'sec-fetch-site': site, 'sec-fetch-mode': 'cors' }), 'pass')
})

test('exposed to the network, addresses of any machine pass and names do not', () => {
  const { judge } = doorOf({ exposedAs: '0.0.0.0' })
  for (const host of ['192.168.0.7:7341', '[fe80::1]:7341', 'localhost:7341'])
    assert.equal(judge({ host }), 'pass', host)
  for (const host of ['evil.example:7341', 'gpu-box:7341', '192.168.0.7.nip.io'])
    assert.equal(judge({ host }), 'refuse', host)
  const named = doorOf({ exposedAs: 'gpu-box' })
  assert.equal(named.judge({ host: 'GPU-box:7341' }), 'pass')
  assert.equal(named.judge({ host: 'evil.example:7341' }), 'refuse')
})

/** Lets a page in as a browser does. */
function pageOf(options: Partial<AccessOptions> = {}) {
  const { access, cookie } = doorOf(options)
  const welcome = access.judge(knock({ url: `/?token=${access.token}` }))
  const entry = welcome.type === 'welcome' ? (welcome.location.split('#entry=')[1] ?? '') : ''
  const key = access.redeem(entry) ?? ''
  return { access, cookie, entry, key, judge: (more: Request) => access.judge(knock({ cookie, ...more })) }
}

test('the cookie alone, which any program on another port may be sent, opens the empty window and nothing else', () => {
  const { access, cookie, key, judge } = pageOf()
  assert.match(key, /^[\w-]{43}$/)
  assert.ok(!cookie.includes(key) && !cookie.includes(secret) && key !== secret)
  assert.equal(judge({}).type, 'pass')
  const [, value = ''] = cookie.split('=')
  for (const url of ['/trpc/runs.list', '/trpc', '/download/runs/x/csv']) {
    for (const method of ['GET', 'HEAD', 'POST']) {
      for (const wrong of [undefined, '', 'x', value, secret, `${key}x`, access.token])
        assert.equal(
          judge({ url, method, 'x-anneal-key': wrong }).type,
          'refuse',
          `${method} ${url} ${wrong}`,
        )
      assert.equal(judge({ url, method, 'x-anneal-key': key }).type, 'pass', `${method} ${url}`)
    }
    assert.equal(access.judge(knock({ url, 'x-anneal-key': key })).type, 'refuse', 'the key alone')
  }
})

test('a WebSocket shows the key as a subprotocol', () => {
  const { key, judge } = pageOf()
  const judged = (protocols: string) => judge({ url: '/trpc', 'sec-websocket-protocol': protocols }).type
  assert.equal(judged(`anneal, key.${key}`), 'pass')
  for (const wrong of ['anneal', key, `anneal, key.${key}x`, 'key.', `anneal key.${key}`])
    assert.equal(judged(wrong), 'refuse', wrong)
})

test('an entry is good for a minute, so that a page that was left early can be followed by another', () => {
  let time = 0
  const { access, entry, key } = pageOf({ now: () => time })
  time = 60_000
  assert.equal(access.redeem(entry), key)
  for (const wrong of ['', 'x', access.token, access.ticket()]) assert.equal(access.redeem(wrong), undefined)
  time = 60_001
  assert.equal(access.redeem(entry), undefined)
})

test('a used or late address lets a browser that is in stay, and gives it no new entry', () => {
  const { access, cookie } = pageOf()
  const url = `/?token=${access.ticket()}`
  access.judge(knock({ url }))
  const again = access.judge(knock({ url, cookie }))
  assert.deepEqual(again.type === 'welcome' && again.location, '/')
})

test('a pass opens files for some minutes, for reading, and nothing else', () => {
  let time = 1_700_000_000_000
  const { access, judge } = pageOf({ now: () => time })
  const pass = access.filePass()
  const judged = (url: string, method = 'GET') => judge({ url, method }).type
  const file = `/download/runs/x/csv?a=1&pass=${pass}`
  assert.equal(judged(file), 'pass')
  assert.equal(judged(file, 'HEAD'), 'pass')
  assert.equal(judged(file, 'POST'), 'refuse')
  assert.equal(judged(`/trpc/runs.list?pass=${pass}`), 'refuse')
  assert.equal(judged(`/download/runs/x/csv?pass=${pass}x`), 'refuse')
  time += 10 * 60_000
  assert.equal(judged(file), 'pass', 'it lasts for ten minutes at least')
  assert.notEqual(access.filePass(), pass)
  time += 10 * 60_000
  assert.equal(judged(file), 'refuse')
})

test('a new secret voids every cookie, key and pass', () => {
  const { access, cookie, key } = pageOf()
  const renewed = createAccess({ secret: 't'.repeat(43), proofFor })
  const welcome = renewed.judge(knock({ url: `/?token=${renewed.token}` }))
  const newCookie = welcome.type === 'welcome' ? (welcome.cookie.split(';')[0] ?? '') : ''
  assert.equal(renewed.judge(knock({ cookie })).type, 'refuse')
  const withNew = { cookie: newCookie, url: '/trpc/runs.list' }
  assert.equal(renewed.judge(knock({ ...withNew, 'x-anneal-key': key })).type, 'refuse')
  const url = `/download/runs/x/csv?pass=${access.filePass()}`
  assert.equal(renewed.judge(knock({ cookie: newCookie, url })).type, 'refuse')
})
