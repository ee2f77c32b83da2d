export function DataPage() {
  return <main />
}
