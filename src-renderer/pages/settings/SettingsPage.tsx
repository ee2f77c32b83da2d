import { PageHeader } from '../../components/PageHeader.tsx'
import { About } from './About.tsx'
import { Devices } from './Devices.tsx'
import { Folders } from './Folders.tsx'
import classes from './Settings.module.css'
import { Slots } from './Slots.tsx'
import { StorageUse } from './StorageUse.tsx'
import { ThemeChoice } from './ThemeChoice.tsx'

export function SettingsPage() {
  return (
    <main className={classes.page}>
      <PageHeader title="Settings" />
      <div className={classes.columns}>
        <div className={classes.column}>
          <Devices />
          <Slots />
          <StorageUse />
        </div>
        <div className={classes.column}>
          <ThemeChoice />
          <Folders />
          <About />
        </div>
      </div>
    </main>
  )
}
