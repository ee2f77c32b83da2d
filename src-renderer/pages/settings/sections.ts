/* The sections of the settings, in their order; the finder opens each of them. */

export const settingsSections = [
  { id: 'devices', title: 'Devices' },
  { id: 'slots', title: 'Runs at once' },
  { id: 'storage', title: 'Storage' },
  { id: 'theme', title: 'Theme' },
  { id: 'folders', title: 'Folders' },
  { id: 'about', title: 'About' },
] as const

export type SettingsSection = (typeof settingsSections)[number]['id']

export const titleOf = (section: SettingsSection): string =>
  settingsSections.find(({ id }) => id === section)?.title ?? section
