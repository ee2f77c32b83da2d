import { EventEmitter } from 'node:events'
import path from 'node:path'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { WebPreferences } from 'electron'

/*
 * Stands in for the module "electron" where its binary cannot be had: it records what was set, and carries calls through
 * as Electron does, so that main.ts and window.ts run whole. Nothing of ours is replaced.
 */

class Preventable {
  defaultPrevented = false
  preventDefault(): void {
    this.defaultPrevented = true
  }
}

/** As packed, where a test says so: the folder of the app, and that of its resources. */
const { STAND_IN_APP: packedApp, STAND_IN_RESOURCES: resourcesPath } = process.env
const checkout = path.join(import.meta.dirname, '../../..')
if (resourcesPath !== undefined) Object.assign(process, { resourcesPath })

class App extends EventEmitter {
  readonly isPackaged = packedApp !== undefined
  readonly paths = new Map<string, string>()
  readonly exits: number[] = []
  isFirst = true
  isSandboxed = false
  isReady = false
  hasQuit = false
  getAppPath(): string {
    return packedApp ?? checkout
  }
  setPath(name: string, path: string): void {
    this.paths.set(name, path)
  }
  setAppUserModelId(_id: string): void {}
  enableSandbox(): void {
    if (this.isReady) throw new Error('enableSandbox must be called before the app is ready')
    this.isSandboxed = true
  }
  requestSingleInstanceLock(): boolean {
    return this.isFirst
  }
  async whenReady(): Promise<void> {
    this.isReady = true
  }
  /** In Electron's order: before-quit, each window's close, will-quit. */
  quit(): void {
    const before = new Preventable()
    this.emit('before-quit', before)
    if (before.defaultPrevented) return
    for (const window of BrowserWindow.open) window.close()
    if (BrowserWindow.open.size > 0) return
    this.hasQuit = true
    closePorts()
    this.emit('will-quit', new Preventable())
    this.emit('quit')
  }
  exit(code: number): void {
    this.exits.push(code)
    this.emit('exit', code)
  }
}
export const app = new App()

type ProtocolHandler = (request: Request) => Promise<Response>

interface Scheme {
  readonly scheme: string
  readonly privileges: Readonly<Record<string, boolean>>
}

class Protocol {
  readonly schemes: Scheme[] = []
  registerSchemesAsPrivileged(schemes: readonly Scheme[]): void {
    if (app.isReady)
      throw new Error('protocol.registerSchemesAsPrivileged must be called before the app is ready')
    this.schemes.push(...schemes)
  }
}
export const protocol = new Protocol()

type Handler<Args extends unknown[], Result> = ((...args: Args) => Result) | undefined

class Session {
  readonly handlers = new Map<string, ProtocolHandler>()
  readonly protocol = {
    handle: (scheme: string, handler: ProtocolHandler): void => void this.handlers.set(scheme, handler),
  }
  onPermission: Handler<
    [
      contents: unknown,
      permission: string,
      answer: (granted: boolean) => void,
      details: { requestingUrl: string },
    ],
    void
  >
  onPermissionCheck: Handler<[contents: unknown, permission: string, origin: string], boolean>
  onDevice: Handler<[details: unknown], boolean>
  blocked: { urls: string[]; cancels: boolean } | undefined
  hasSpellChecker = true
  setPermissionRequestHandler(handler: Session['onPermission']): void {
    this.onPermission = handler
  }
  setPermissionCheckHandler(handler: Session['onPermissionCheck']): void {
    this.onPermissionCheck = handler
  }
  setDevicePermissionHandler(handler: Session['onDevice']): void {
    this.onDevice = handler
  }
  setSpellCheckerEnabled(enabled: boolean): void {
    this.hasSpellChecker = enabled
  }
  readonly webRequest = {
    onBeforeRequest: (
      { urls }: { urls: string[] },
      listener: (details: unknown, answer: (response: { cancel: boolean }) => void) => void,
    ): void =>
      listener({}, ({ cancel }) => {
        this.blocked = { urls, cancels: cancel }
      }),
  }
}
export const session = { defaultSession: new Session() }

interface Frame {
  origin: string
  parent: Frame | null
}

class WebContents extends EventEmitter {
  readonly mainFrame: Frame = { origin: 'null', parent: null }
  readonly loaded: string[] = []
  reloads = 0
  lastAnswer: Response | undefined
  openHandler: Handler<[details: { url: string }], { action: string }>
  setWindowOpenHandler(handler: WebContents['openHandler']): void {
    this.openHandler = handler
  }
  send(channel: string, ...args: unknown[]): void {
    ipcRenderer.emit(channel, { ports: [] }, ...args)
  }
  postMessage(channel: string, message: unknown, ports: PortMain[] = []): void {
    ipcRenderer.emit(channel, { ports: ports.map((port) => port.give()) }, message)
  }
  reload(): void {
    this.reloads++
  }
  /** As a page does that follows a link. @returns whether it got there */
  navigate(url: string, isMainFrame = true): boolean {
    const event = Object.assign(new Preventable(), { url, isMainFrame })
    this.emit('will-frame-navigate', event)
    if (isMainFrame && !event.defaultPrevented) this.emit('will-navigate', event)
    return !event.defaultPrevented
  }
}

interface Bounds {
  x?: number
  y?: number
  width?: number
  height?: number
}

interface WindowOptions extends Bounds {
  readonly webPreferences?: WebPreferences
  readonly show?: boolean
}

export class BrowserWindow extends EventEmitter {
  static readonly open = new Set<BrowserWindow>()
  static readonly all: BrowserWindow[] = []
  readonly webContents = new WebContents()
  readonly options: WindowOptions
  isShown: boolean
  isMax = false
  isMin = false
  focused = 0
  bounds: { x: number; y: number; width: number; height: number }
  constructor(options: WindowOptions) {
    super()
    if (!app.isReady) throw new Error('a BrowserWindow can only be made when the app is ready')
    this.options = options
    const { x = 10, y = 20, width = 800, height = 600 } = options
    this.bounds = { x, y, width, height }
    this.isShown = options.show !== false
    BrowserWindow.open.add(this)
    BrowserWindow.all.push(this)
    app.emit('web-contents-created', {}, this.webContents)
  }
  async loadURL(url: string): Promise<void> {
    const { protocol: scheme } = new URL(url)
    const handler = session.defaultSession.handlers.get(scheme.slice(0, -1))
    if (handler === undefined) throw new Error(`ERR_UNKNOWN_URL_SCHEME (${url})`)
    this.webContents.loaded.push(url)
    this.webContents.mainFrame.origin = 'app://anneal'
    this.webContents.lastAnswer = await handler(new Request(url))
    this.emit('ready-to-show')
    this.webContents.emit('did-finish-load')
  }
  show(): void {
    this.isShown = true
  }
  focus(): void {
    this.focused++
  }
  isMinimized(): boolean {
    return this.isMin
  }
  restore(): void {
    this.isMin = false
  }
  maximize(): void {
    this.isMax = true
  }
  isMaximized(): boolean {
    return this.isMax
  }
  getNormalBounds(): BrowserWindow['bounds'] {
    return this.bounds
  }
  isDestroyed(): boolean {
    return !BrowserWindow.open.has(this)
  }
  close(): void {
    const event = new Preventable()
    this.emit('close', event)
    if (event.defaultPrevented) return
    BrowserWindow.open.delete(this)
    this.emit('closed')
    if (BrowserWindow.open.size === 0 && !app.hasQuit) app.emit('window-all-closed')
  }
}

/** One end of a channel as Electron's main process sees it: nothing comes before start(). */
class PortMain extends EventEmitter {
  static readonly open = new Set<MessagePort>()
  readonly #port: MessagePort
  constructor(port: MessagePort) {
    super()
    this.#port = port
    PortMain.open.add(port)
  }
  postMessage(message: unknown): void {
    this.#port.postMessage(message)
  }
  start(): void {
    this.#port.on('message', (data) => this.emit('message', { data, ports: [] }))
    this.#port.on('close', () => this.emit('close'))
  }
  close(): void {
    this.#port.close()
  }
  /** The port itself, for the page to have. */
  give(): MessagePort {
    return this.#port
  }
}

/** As when a process ends. */
export function closePorts(): void {
  for (const port of PortMain.open) port.close()
  PortMain.open.clear()
}

export class MessageChannelMain {
  readonly port1: PortMain
  readonly port2: PortMain
  constructor() {
    const { port1, port2 } = new MessageChannel()
    this.port1 = new PortMain(port1)
    this.port2 = new PortMain(port2)
  }
}

type IpcHandler = (event: unknown, ...args: unknown[]) => unknown

class IpcMain extends EventEmitter {
  readonly handlers = new Map<string, IpcHandler>()
  handle(channel: string, handler: IpcHandler): void {
    if (this.handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`)
    this.handlers.set(channel, handler)
  }
}
export const ipcMain = new IpcMain()

/** Who sends what `ipcRenderer` sends: the page of the window, unless a test says otherwise. */
export const sender: { frame: Frame | null | undefined; contents: WebContents | undefined } = {
  frame: undefined,
  contents: undefined,
}

class IpcRenderer extends EventEmitter {
  #event() {
    const [window] = BrowserWindow.open
    const contents = sender.contents ?? window?.webContents
    const senderFrame = sender.frame === undefined ? contents?.mainFrame : sender.frame
    return { sender: contents, senderFrame }
  }
  send(channel: string, ...args: unknown[]): void {
    ipcMain.emit(channel, this.#event(), ...args)
  }
  async invoke(channel: string, ...args: unknown[]): Promise<unknown> {
    const handler = ipcMain.handlers.get(channel)
    if (handler === undefined) throw new Error(`No handler registered for '${channel}'`)
    return handler(this.#event(), ...args)
  }
}
export const ipcRenderer = new IpcRenderer()

export const webUtils = { getPathForFile: ({ name }: File): string => `/dropped/${name}` }

export const contextBridge = {
  exposed: new Map<string, unknown>(),
  exposeInMainWorld(name: string, api: unknown): void {
    contextBridge.exposed.set(name, api)
  },
}

interface Question {
  readonly message: string
  readonly detail: string
  readonly buttons: readonly string[]
}
interface Choice {
  readonly properties: readonly string[]
}
const isQuestion = (given: object | undefined): given is Question => given !== undefined && 'buttons' in given
const isChoice = (given: object | undefined): given is Choice => given !== undefined && 'properties' in given

/** Questions that were asked, and the answers a test has ready for them. */
export const dialog = {
  asked: [] as Question[],
  errors: [] as { title: string; content: string }[],
  opened: [] as Choice[],
  answer: 0,
  chosen: [] as string[],
  async showMessageBox(...args: object[]): Promise<{ response: number }> {
    return { response: dialog.showMessageBoxSync(...args) }
  },
  showMessageBoxSync(...args: object[]): number {
    dialog.asked.push(...args.filter(isQuestion))
    return dialog.answer
  },
  showErrorBox(title: string, content: string): void {
    dialog.errors.push({ title, content })
  },
  async showOpenDialog(...args: object[]): Promise<{ canceled: boolean; filePaths: string[] }> {
    dialog.opened.push(...args.filter(isChoice))
    return { canceled: dialog.chosen.length === 0, filePaths: dialog.chosen }
  },
}

export const shell = {
  opened: [] as string[],
  revealed: [] as string[],
  async openExternal(url: string): Promise<void> {
    shell.opened.push(url)
  },
  showItemInFolder(path: string): void {
    shell.revealed.push(path)
  },
}

export const nativeTheme = { themeSource: 'system', shouldUseDarkColors: false }
export const powerMonitor = new EventEmitter()

const area = { x: 0, y: 0, width: 1920, height: 1040 }
export const screen = {
  areas: [area],
  getPrimaryDisplay: () => ({ workArea: screen.areas[0] ?? area }),
  getAllDisplays: () => screen.areas.map((workArea) => ({ workArea })),
}

export interface MenuItem {
  readonly label?: string
  readonly role?: string
  readonly accelerator?: string
  readonly submenu?: readonly MenuItem[]
  readonly click?: () => void
}
export const Menu = {
  current: [] as MenuItem[],
  buildFromTemplate: (template: MenuItem[]): MenuItem[] => template,
  setApplicationMenu(menu: MenuItem[]): void {
    Menu.current = menu
  },
}
