/*
 * The little that a desktop window can do and a page in a browser cannot. Everything else is a procedure, which travels
 * over a port in the desktop window and over HTTP in a browser.
 */

/** The window's own origin: the scheme is ours, so nothing else can have it. */
export const desktopOrigin = 'app://anneal'

/** What the page's choice of theme can be. */
export const desktopThemes = ['light', 'dark', 'system'] as const
export type DesktopTheme = (typeof desktopThemes)[number]

/** `window.anneal` of a desktop window. Paths are absolute paths of this machine. */
export interface DesktopBridge {
  readonly platform: string
  readonly versions: { readonly electron: string; readonly chrome: string }
  /** Asks for a port to the procedures: it comes as a message of the window to itself, whose data is `portArrives`. */
  connect(): void
  /** Shows the database in the file manager. */
  revealDatabase(): Promise<void>
  /** The system's own dialog. @returns undefined when the user leaves it without a choice */
  chooseFolder(): Promise<string | undefined>
  chooseFile(): Promise<string | undefined>
  /** Window frame, dialogs and `prefers-color-scheme` follow. */
  setTheme(theme: DesktopTheme): Promise<void>
}

/** Data of the message that brings the port. */
export const portArrives = 'anneal:port'

/** Names of what the preload sends to the host. */
export const channels = {
  connect: 'anneal:connect',
  reveal: 'anneal:reveal-database',
  chooseFolder: 'anneal:choose-folder',
  chooseFile: 'anneal:choose-file',
  theme: 'anneal:theme',
} as const
