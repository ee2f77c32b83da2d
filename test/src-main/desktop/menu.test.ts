import assert from 'node:assert/strict'
import { test } from 'node:test'
import './standIn.ts'

const { menuTemplate } = await import('../../../src-main/desktop/menu.ts')

const template = (platform: NodeJS.Platform) =>
  menuTemplate({
    window: { choose: () => undefined },
    database: '/lab/anneal.db',
    logFile: '/lab/log',
    platform,
  })

const rolesOf = (platform: NodeJS.Platform): unknown[] =>
  template(platform).flatMap(({ role, submenu }) => [
    role,
    ...(Array.isArray(submenu) ? submenu.map((item) => item.role) : []),
  ])

test('each system has the menus its users expect', () => {
  for (const platform of ['darwin', 'linux', 'win32'] as const) {
    const roles = rolesOf(platform)
    for (const role of [
      'editMenu',
      'windowMenu',
      'help',
      'resetZoom',
      'zoomIn',
      'zoomOut',
      'togglefullscreen',
    ])
      assert.ok(roles.includes(role), `${role} on ${platform}`)
  }
  assert.ok(rolesOf('darwin').includes('appMenu'))
  assert.ok(rolesOf('darwin').includes('close'))
  assert.ok(!rolesOf('linux').includes('appMenu'))
  assert.ok(rolesOf('linux').includes('quit'))
})

test('accelerators are used once', () => {
  const keys = template('linux').flatMap(({ submenu }) =>
    Array.isArray(submenu) ? submenu.flatMap(({ accelerator }) => accelerator ?? []) : [],
  )
  assert.deepEqual(keys, ['CommandOrControl+N'])
})
