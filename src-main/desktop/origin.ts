import type { CustomScheme, WebFrameMain } from 'electron'
import { desktopOrigin } from '../../shared/api/desktop.ts'

const { protocol, host } = new URL(desktopOrigin)

/** With an origin of its own and the rights of https: storage, fetch, relative addresses. Nothing else. */
export const appScheme = {
  scheme: protocol.slice(0, -1),
  privileges: { standard: true, secure: true, supportFetchAPI: true },
} satisfies CustomScheme

/** Whether an address belongs to the window itself. */
export function isOwnAddress(address: string): boolean {
  const url = URL.parse(address)
  // Node knows no origin of our scheme; its parts it does.
  return url !== null && url.protocol === protocol && url.host === host && url.username === ''
}

/** Whether an address may be handed to the system's browser. */
export function isWebAddress(address: string): boolean {
  const url = URL.parse(address)
  return url !== null && url.protocol === 'https:' && url.username === '' && url.password === ''
}

/** Whether it is the page itself that speaks, not a frame in it or a page that came in its place. */
export function isOwnFrame(frame: Pick<WebFrameMain, 'origin' | 'parent'> | null): boolean {
  return frame !== null && frame.parent === null && frame.origin === desktopOrigin
}
