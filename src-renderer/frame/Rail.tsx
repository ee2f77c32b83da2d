import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import {
  DataIcon,
  EnsemblesIcon,
  KeysIcon,
  NewIcon,
  RunsIcon,
  SettingsIcon,
  StudiesIcon,
  WorkersIcon,
} from './icons.tsx'
import classes from './Rail.module.css'

interface RailItemProps {
  readonly to: '/' | '/new' | '/ensembles' | '/studies' | '/data' | '/workers' | '/settings'
  readonly name: string
  readonly icon: ReactNode
}

/** In a narrow window only the icon shows; the name stays for the pointer and for screen readers. */
function RailItem({ to, name, icon }: RailItemProps) {
  return (
    <Link
      to={to}
      className={classes.item}
      title={name}
      activeOptions={{ exact: to === '/', includeSearch: false }}
      activeProps={{ 'aria-current': 'page' }}
    >
      {icon}
      <span className={classes.name}>{name}</span>
    </Link>
  )
}

export function Rail({ onShowShortcuts }: { readonly onShowShortcuts: () => void }) {
  return (
    <nav className={classes.rail} aria-label="Pages">
      <RailItem to="/" name="Runs" icon={<RunsIcon />} />
      <RailItem to="/new" name="New run" icon={<NewIcon />} />
      <RailItem to="/studies" name="Studies" icon={<StudiesIcon />} />
      <RailItem to="/ensembles" name="Ensembles" icon={<EnsemblesIcon />} />
      <RailItem to="/data" name="Data" icon={<DataIcon />} />
      <RailItem to="/workers" name="Workers" icon={<WorkersIcon />} />
      <div className={classes.gap} />
      <button type="button" className={classes.item} title="Shortcuts (?)" onClick={onShowShortcuts}>
        <KeysIcon />
        <span className={classes.name}>Shortcuts</span>
      </button>
      <RailItem to="/settings" name="Settings" icon={<SettingsIcon />} />
    </nav>
  )
}
