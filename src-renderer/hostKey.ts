/*
 * What this page shows the host besides its cookie. A cookie goes to every port of this machine, whoever listens there;
 * what lies in the storage of an origin is for its own pages. The address that lets a browser in sends it on to one with an
 * entry in its fragment; the page hands that in once, keeps the key it gets, and is known by it from then on.
 * The desktop window needs none: nobody else is at the other end of its port.
 */

const place = 'anneal-key'
/** Where an entry is kept until its key is there: a page that is left too early leaves it to the next of its tab. */
const entryPlace = 'anneal-entry'
const keyHeader = 'x-anneal-key'
/** Milliseconds for which a pass is used; it is good for ten minutes or more. */
const passUsed = 5 * 60_000

const isKeyed = globalThis.window !== undefined && window.anneal === undefined

let remembered: string | undefined

/** Undefined until the browser is let in, and in the desktop window. */
function storedKey(): string | undefined {
  try {
    return localStorage.getItem(place) ?? remembered
  } catch {
    // Storage may be denied; then the key lasts as long as the page.
    return remembered
  }
}

function keep(key: string): void {
  remembered = key
  try {
    localStorage.setItem(place, key)
  } catch {
    return
  }
}

/** Settled when the page has its key, or knows that it gets none; it never fails. */
const entered: Promise<void> = isKeyed ? enter() : Promise.resolve()

async function enter(): Promise<void> {
  const entry = takeEntry()
  if (entry === null) return
  try {
    const answer = await fetch('/door/key', { method: 'POST', body: entry })
    const { key }: { key?: unknown } = answer.ok ? await answer.json() : {}
    if (typeof key === 'string') keep(key)
    sessionStorage.removeItem(entryPlace)
  } catch {
    // The first request says that the host cannot be reached.
  }
}

/** The entry in the address, which is taken out of it before anybody copies it along; else one that was not handed in yet. */
function takeEntry(): string | null {
  const entry = new URLSearchParams(location.hash.slice(1)).get('entry')
  try {
    if (entry === null) return sessionStorage.getItem(entryPlace)
    sessionStorage.setItem(entryPlace, entry)
  } catch {
    // Storage may be denied; then the page has to stay for a moment.
  }
  if (entry !== null) history.replaceState(history.state, '', location.pathname + location.search)
  return entry
}

type Init = Omit<RequestInit, 'signal'> & { readonly signal?: AbortSignal | null | undefined }

/** `fetch` of the host's addresses, with the key. */
export async function hostFetch(
  input: RequestInfo | URL,
  { signal = null, ...init }: Init = {},
): Promise<Response> {
  await entered
  const key = storedKey()
  const headers = new Headers(init.headers)
  if (key !== undefined) headers.set(keyHeader, key)
  const answer = await fetch(input, { ...init, headers, signal })
  if (answer.status === 403 && isKeyed) lockOut((await answer.clone().text()).trim())
  return answer
}

/** A WebSocket can set no header: it shows the key as a subprotocol. */
export class HostSocket extends WebSocket {
  constructor(address: string | URL) {
    const key = storedKey()
    super(address, key === undefined ? ['anneal'] : ['anneal', `key.${key}`])
  }
}

/** Where the host takes WebSockets, once the page has its key. */
export async function socketAddress(): Promise<string> {
  await entered
  return `${location.origin.replace(/^http/, 'ws')}/trpc`
}

let pass: { readonly asked: number; readonly text: Promise<string> } | undefined

/** The address of a file with a pass in it, for pictures and downloads, which can set no header. @throws when the host cannot be reached */
export async function fileAddress(url: string): Promise<string> {
  if (!isKeyed) return url
  if (pass === undefined || Date.now() - pass.asked > passUsed)
    pass = { asked: Date.now(), text: askForPass() }
  try {
    return `${url}${url.includes('?') ? '&' : '?'}pass=${await pass.text}`
  } catch (error) {
    pass = undefined
    throw error
  }
}

async function askForPass(): Promise<string> {
  const answer = await hostFetch('/door/pass')
  const { pass: text }: { pass?: unknown } = answer.ok ? await answer.json() : {}
  if (typeof text !== 'string') throw new Error(`the host gave no pass (${answer.status})`)
  return text
}

/** Asks whether the key is still good, where that cannot be told: a WebSocket that is refused does not say why. */
export function checkKey(): void {
  hostFetch('/door/pass').catch(() => undefined)
}

let reason: string | undefined
const listeners = new Set<() => void>()

function lockOut(sentence: string): void {
  reason = sentence
  for (const listener of listeners) listener()
}

/** Why the host turns this page away, in its words; undefined as long as it does not. */
export const lockout = {
  get: (): string | undefined => reason,
  subscribe(listener: () => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}

// Another page of this origin was let in: this one is too.
if (isKeyed)
  addEventListener('storage', ({ key, newValue }) => {
    if (key === place && newValue !== null && reason !== undefined) location.reload()
  })
