import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import '@mantine/spotlight/styles.css'
import './base.css'
import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queryClient } from './client.ts'
import { LockedOut } from './frame/LockedOut.tsx'
import { appRouter, fetchPages } from './routes.tsx'
import { cssVariables, theme } from './theme.ts'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no element with the id "root"')

createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <Notifications position="bottom-right" limit={4} />
        <LockedOut>
          <RouterProvider router={appRouter} />
        </LockedOut>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)

// When the first page stands; not every browser says when it has nothing to do.
const whenIdle = window.requestIdleCallback ?? ((work: () => void) => setTimeout(work, 1000))
window.addEventListener('load', () => whenIdle(() => void fetchPages()))
