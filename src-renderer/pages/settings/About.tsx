import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { trpc } from '../../client.ts'
import { useShortcutGroups } from '../../frame/shortcuts.ts'
import { Fact, Section } from './Section.tsx'
import classes from './Settings.module.css'

export function About() {
  const { data } = useQuery(trpc.lab.about.queryOptions())
  const versions = window.anneal?.versions
  return (
    <Section of="about">
      <dl className={classes.facts}>
        <Fact name="Anneal">{data?.version ?? '–'}</Fact>
        <Fact name="Build of the window">
          <code>{data?.build ?? '–'}</code>
        </Fact>
        <Fact name="Window">
          {versions === undefined
            ? 'in a browser'
            : `desktop, Electron ${versions.electron}, Chrome ${versions.chrome}`}
        </Fact>
        <Fact name="Node">{data?.node ?? '–'}</Fact>
        <Fact name="Platform">{data?.platform ?? '–'}</Fact>
      </dl>
      <ShowShortcuts />
    </Section>
  )
}

function ShowShortcuts() {
  const show = useShortcutGroups()
    .flatMap(({ list }) => list)
    .find(({ keys }) => keys === '?')
  return (
    <div>
      <Button variant="default" onClick={show?.run}>
        Keyboard shortcuts
      </Button>
    </div>
  )
}
