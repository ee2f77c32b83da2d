import type { ReactNode } from 'react'

/** Line drawings in a square of 16, in the colour of the text around them. */
const drawing = (lines: ReactNode) => (
  <svg
    viewBox="0 0 16 16"
    width="16"
    height="16"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.4"
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
  >
    {lines}
  </svg>
)

/** Rows, each with its curve. */
export const RunsIcon = () =>
  drawing(
    <path d="M1.5 3.5h4M1.5 8h4M1.5 12.5h4M8 4.5l2-2 2 2 2.5-2M8 9l2-2 2 2 2.5-2M8 13.5l2-2 2 2 2.5-2" />,
  )
export const NewIcon = () => drawing(<path d="M8 3v10M3 8h10" />)
/** Several curves that meet in one. */
export const EnsemblesIcon = () =>
  drawing(<path d="M1.5 3c5 0 5 5 9 5M1.5 8h9M1.5 13c5 0 5-5 9-5M13 8h1.5" />)
/** A grid of cells, one of them found. */
export const StudiesIcon = () =>
  drawing(
    <>
      <path d="M2 2h12v12h-12zM2 6h12M2 10h12M6 2v12M10 2v12" />
      <path d="M6 6h4v4h-4z" fill="currentColor" />
    </>,
  )
export const DataIcon = () =>
  drawing(
    <path d="M2 4c0-1.1 2.7-2 6-2s6 .9 6 2-2.7 2-6 2-6-.9-6-2zM2 4v8c0 1.1 2.7 2 6 2s6-.9 6-2V4M2 8c0 1.1 2.7 2 6 2s6-.9 6-2" />,
  )
/** Two machines, one above the other. */
export const WorkersIcon = () =>
  drawing(<path d="M2 2.5h12v4.5h-12zM2 9h12v4.5h-12zM4.5 4.75h.01M4.5 11.25h.01M9 4.75h2.5M9 11.25h2.5" />)
/** Two sliders. */
export const SettingsIcon = () => drawing(<path d="M1.5 5h6M11.5 5h3M1.5 11h3M8.5 11h6M9.5 3v4M6.5 9v4" />)
export const KeysIcon = () =>
  drawing(<path d="M1.5 4h13v8h-13zM4 6.5h.01M7 6.5h.01M10 6.5h.01M12.5 6.5h.01M5 9.5h6" />)
export const FindIcon = () =>
  drawing(<path d="M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9zM10.5 10.5l3.5 3.5" />)
