import { spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import path from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

interface Opener {
  /** As the user is told: "Chromium". */
  readonly name: string
  readonly file: string
  readonly args: readonly string[]
}

/** Milliseconds in which a program that cannot start ends: one that is still there then has opened its window. */
const patience = 1500

const chromiums: readonly (readonly [name: string, command: string])[] = [
  ['Google Chrome', 'google-chrome'],
  ['Google Chrome', 'google-chrome-stable'],
  ['Chromium', 'chromium'],
  ['Chromium', 'chromium-browser'],
  ['Microsoft Edge', 'microsoft-edge'],
  ['Brave', 'brave-browser'],
]
const macApps = ['Google Chrome', 'Chromium', 'Microsoft Edge', 'Brave Browser']
const windowsApps: readonly (readonly [name: string, program: string])[] = [
  ['Google Chrome', 'Google\\Chrome\\Application\\chrome.exe'],
  ['Chromium', 'Chromium\\Application\\chrome.exe'],
  ['Microsoft Edge', 'Microsoft\\Edge\\Application\\msedge.exe'],
]

/**
 * Opens an address in a window of its own where a Chromium is found, else in the default browser.
 * @returns what opened it; undefined when nothing could
 */
export async function openBrowser(
  address: string,
  env: Environment,
  platform: NodeJS.Platform = process.platform,
): Promise<string | undefined> {
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return undefined
  for (const opener of openers(address, env, platform)) {
    if (await starts(opener, env)) return opener.name
  }
  return undefined
}

function openers(address: string, env: Environment, platform: NodeJS.Platform): Opener[] {
  const inApp = [`--app=${address}`]
  switch (platform) {
    case 'darwin':
      return [
        ...macApps
          .map((name) => ({ name, file: `/Applications/${name}.app/Contents/MacOS/${name}`, args: inApp }))
          .filter(({ file }) => isProgram(file)),
        { name: 'the default browser', file: '/usr/bin/open', args: [address] },
      ]
    case 'win32':
      return [
        ...windowsApps.flatMap(([name, program]) =>
          [env.ProgramFiles, env['ProgramFiles(x86)'], env.LOCALAPPDATA]
            .filter((folder) => folder !== undefined)
            .map((folder) => ({ name, file: path.win32.join(folder, program), args: inApp }))
            .filter(({ file }) => isProgram(file)),
        ),
        // No shell: an address is never read as a command.
        { name: 'the default browser', file: 'rundll32.exe', args: ['url.dll,FileProtocolHandler', address] },
      ]
    default:
      return [
        ...chromiums.map(([name, command]) => ({ name, command, args: inApp })),
        { name: 'the default browser', command: 'xdg-open', args: [address] },
      ].flatMap(({ name, command, args }) => {
        const file = onPath(command, env)
        return file === undefined ? [] : [{ name, file, args }]
      })
  }
}

function onPath(command: string, { PATH = '' }: Environment): string | undefined {
  return PATH.split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, command))
    .find(isProgram)
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/** Whether it starts and does not fail at once. It outlives us. */
function starts({ file, args }: Opener, env: Environment): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { detached: true, stdio: 'ignore', env: { ...env } })
    const timer = setTimeout(() => resolve(true), patience)
    const end = (works: boolean): void => {
      clearTimeout(timer)
      resolve(works)
    }
    child.on('error', () => end(false))
    // It may have handed the address to a browser that runs already.
    child.on('exit', (code) => end(code === 0))
    child.unref()
  })
}
