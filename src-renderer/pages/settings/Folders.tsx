import { Button, CopyButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { trpc } from '../../client.ts'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { notifyError } from '../../components/notify.ts'
import { Fact, Section } from './Section.tsx'
import classes from './Settings.module.css'

/** Where everything is: one file, and one folder. */
export function Folders() {
  const { data, error, refetch } = useQuery(trpc.lab.about.queryOptions())
  const bridge = window.anneal
  const reveal = () =>
    bridge
      ?.revealDatabase()
      .catch((failure: unknown) => notifyError('The database could not be shown', failure))
  return (
    <Section of="folders">
      {error !== null && data === undefined ? (
        <ErrorNote title="The folders are not known" error={error} onRetry={() => void refetch()} />
      ) : (
        <dl className={classes.facts}>
          <Fact name="Database">
            <Path path={data?.database} what="path of the database" />
            {bridge !== undefined && (
              <Button variant="default" size="compact-xs" onClick={() => void reveal()}>
                Reveal database
              </Button>
            )}
          </Fact>
          <Fact name="Home, with the data sets">
            <Path path={data?.home} what="path of the home folder" />
          </Fact>
        </dl>
      )}
    </Section>
  )
}

function Path({ path, what }: { readonly path: string | undefined; readonly what: string }) {
  return (
    <>
      <code className={classes.path}>{path ?? '–'}</code>
      <CopyButton value={path ?? ''}>
        {({ copied, copy }) => (
          <Button
            variant="default"
            size="compact-xs"
            miw="4rem"
            disabled={path === undefined}
            aria-label={`Copy the ${what}`}
            onClick={copy}
          >
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
    </>
  )
}
