export function RunPage() {
  return <main />
}
