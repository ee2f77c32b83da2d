import { createTRPCClient } from '@trpc/client'
import type { DesktopBridge } from '../../../shared/api/desktop.ts'
import type { AppRouter } from '../../../shared/api/router.ts'
import { ipcLink, type WindowPort } from '../../../src-renderer/ipcLink.ts'
import { contextBridge } from './electron.ts'

/*
 * What the page of the window has: a global `window` to post messages to, as far as preload and link use it, and the
 * bridge that the preload script gave it.
 */

type Listener = (event: { source: unknown; data: unknown; ports: readonly unknown[] }) => void

const listeners = new Set<Listener>()
const page = {
  addEventListener: (_type: 'message', listener: Listener): void => void listeners.add(listener),
  removeEventListener: (_type: 'message', listener: Listener): void => void listeners.delete(listener),
  /** Origins that messages were meant for. */
  targets: [] as string[],
  postMessage(data: unknown, target: string, ports: readonly unknown[]): void {
    page.targets.push(target)
    for (const listener of listeners) listener({ source: page, data, ports })
  },
}
Object.assign(globalThis, { window: page, location: { origin: 'app://anneal' } })

export const postedTo = page.targets

// Imported by address alone: its types are those of a page, which this is not.
const source = new URL('../../../src-main/preload.ts', import.meta.url).href

/** Loads the preload script. @returns `window.anneal` */
export async function loadPreload(address = source): Promise<DesktopBridge> {
  await import(address)
  const bridge = contextBridge.exposed.get('anneal')
  if (!isBridge(bridge)) throw new Error('the preload script gave the page nothing')
  return bridge
}

/** The page's client, over the link of the window. */
export async function connectPage(bridge: DesktopBridge) {
  const portModule: { desktopPort: (bridge: DesktopBridge) => () => Promise<WindowPort> } = await import(
    new URL('../../../src-renderer/desktopPort.ts', import.meta.url).href
  )
  const { desktopPort } = portModule
  return createTRPCClient<AppRouter>({ links: [ipcLink(desktopPort(bridge))] })
}

function isBridge(given: unknown): given is DesktopBridge {
  return typeof given === 'object' && given !== null && 'connect' in given
}
