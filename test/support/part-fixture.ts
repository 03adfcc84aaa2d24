/**
 * A small process for tests of the process supervision: it says that it is ready and who it is, ends with its parent,
 * and does not end on SIGTERM when STUBBORN is set. With FAIL set it ends before it is ready.
 */
if (process.env.FAIL) process.exit(3)
if (process.env.STUBBORN) process.on('SIGTERM', () => undefined)
process.on('disconnect', () => process.exit(0))
process.send?.({ type: 'ready', pid: process.pid, color: process.env.COLOR })
