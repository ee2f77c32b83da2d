import { type Session, shell, type WebContents } from 'electron'
import type { Log } from './log.ts'
import { isOwnAddress, isWebAddress } from './origin.ts'

/** All a page may ask the system for: to put text on the clipboard after a click on "Copy". */
const permitted = new Set(['clipboard-sanitized-write'])

/** What any of these would carry leaves the machine, or comes from elsewhere. */
const network = ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'ftp://*/*', 'file:///*']

/** For every page there will ever be, ours or not. */
export function guardSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, answer, { requestingUrl }) =>
    answer(permitted.has(permission) && isOwnAddress(requestingUrl)),
  )
  session.setPermissionCheckHandler(
    (_contents, permission, origin) => permitted.has(permission) && isOwnAddress(origin),
  )
  session.setDevicePermissionHandler(() => false)
  session.webRequest.onBeforeRequest({ urls: network }, (_details, answer) => answer({ cancel: true }))
  session.setSpellCheckerEnabled(false)
}

/** The window shows its own pages and nothing else; links lead into the system's browser. */
export function guardContents(contents: WebContents, log: Log): void {
  contents.setWindowOpenHandler(({ url }) => {
    openOutside(url, log)
    return { action: 'deny' }
  })
  contents.on('will-navigate', (event) => {
    if (isOwnAddress(event.url)) return
    event.preventDefault()
    openOutside(event.url, log)
  })
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame) event.preventDefault()
  })
  contents.on('will-redirect', (event) => {
    if (!isOwnAddress(event.url)) event.preventDefault()
  })
  contents.on('will-attach-webview', (event) => event.preventDefault())
}

function openOutside(address: string, log: Log): void {
  if (!isWebAddress(address)) {
    log(`Refused to open ${address.slice(0, 200)}`)
    return
  }
  shell.openExternal(address).catch((error: unknown) => log(`While opening ${address}: ${error}`))
}
