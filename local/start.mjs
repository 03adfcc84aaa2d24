/**
 * What `npm start` runs: plain JavaScript that any Node can read, so that a missing `npm ci` ends with a sentence and
 * not with a puzzle about file extensions.
 */
const [major] = process.versions.node.split('.')

if (Number(major) < 24) {
  process.stderr.write(
    'Linekeeper runs on the Node 24 that it brings along: type `npm ci` first, without --ignore-scripts.\n',
  )
  process.exitCode = 1
} else await import('./main.ts')
