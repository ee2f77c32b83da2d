import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { app, dialog, nativeTheme, powerMonitor, protocol, session } from 'electron'
import { desktopOrigin } from '../shared/api/desktop.ts'
import { UserError, wordsOf } from '../shared/errors.ts'
import { createFiles, createServices } from './api/index.ts'
import { databaseFile, openCore } from './core.ts'
import { answerBridge } from './desktop/answerBridge.ts'
import { createAnswer } from './desktop/answerRequests.ts'
import { guardContents, guardSession } from './desktop/guards.ts'
import { installation } from './desktop/installation.ts'
import { createLeaving } from './desktop/leaving.ts'
import { createLog, logUncaught } from './desktop/log.ts'
import { setMenu } from './desktop/menu.ts'
import { appScheme } from './desktop/origin.ts'
import { createWindowState } from './desktop/windowState.ts'
import { homeFolder } from './homeFolder.ts'
import { setPlainNode } from './process/plainNode.ts'
import { createWindow } from './window.ts'

/* The desktop door, in the order in which it opens. What must be said before Electron is ready stands at the top. */

const home = homeFolder(process.env)
// Of this home folder alone: two of them are two programs, and what the window stores moves along with the runs.
const own = path.join(home, 'desktop')
try {
  mkdirSync(own, { recursive: true })
  app.setPath('userData', own)
} catch {
  // Opening the database fails for the same reason, and says it in its own sentence.
}
app.setAppUserModelId('app.anneal.desktop')
app.enableSandbox()
protocol.registerSchemesAsPrivileged([appScheme])

const log = createLog(path.join(own, 'anneal.log'))
logUncaught(log, (sentence) => {
  dialog.showErrorBox('Anneal met an error and closes', sentence)
  app.exit(1)
})

if (app.requestSingleInstanceLock()) {
  app.on('web-contents-created', (_event, contents) => guardContents(contents, log))
  await app.whenReady()
  try {
    open()
  } catch (error) {
    log(`While starting: ${error instanceof Error ? error.stack : String(error)}`)
    dialog.showErrorBox('Anneal cannot start', sentenceOf(error))
    app.exit(1)
  }
} else {
  // The first one hears of it and shows its window.
  app.quit()
}

function open(): void {
  const { root, plainNode } = installation(app)
  setPlainNode({ ...plainNode, compiled: path.join(own, 'compiled') })
  const core = openCore({ home, db: databaseFile(process.env), log })
  const services = createServices(core, 'desktop', { root })

  guardSession(session.defaultSession)
  const answer = createAnswer({
    files: createFiles(core),
    windowFolder: path.join(root, 'out', 'renderer'),
    log,
  })
  session.defaultSession.protocol.handle(appScheme.scheme, answer)

  const state = createWindowState(path.join(own, 'window.json'), log)
  nativeTheme.themeSource = state.theme
  const leaving = createLeaving(core, log)
  const window = createWindow({
    preload: path.join(root, 'out', 'preload', 'preload.cjs'),
    state,
    leaving,
    log,
  })

  answerBridge({ services, database: core.store.path, window, state, log })
  setMenu({ window, database: core.store.path, logFile: path.join(own, 'anneal.log') })

  app.on('second-instance', () => window.show())
  app.on('activate', () => window.show())
  app.on('window-all-closed', () => {
    // On macOS a program outlives its windows, and its runs train on.
    if (process.platform !== 'darwin') app.quit()
  })
  app.on('before-quit', (event) => leaving.beforeQuit(event, window.current()))
  powerMonitor.on('shutdown', (event?: { preventDefault(): void }) => {
    // The system waits a moment for the runs to be stored. Electron's types know nothing of its event.
    event?.preventDefault()
    leaving.now()
  })
  window.show(desktopOrigin)
  core.runs.workOnQueue()
  core.elsewhere.followAll()
  void core.workers.listen()
}

function sentenceOf(error: unknown): string {
  if (error instanceof UserError) return error.message
  return `While starting: ${wordsOf(error)}; the details are in ${path.join(own, 'anneal.log')}.`
}
