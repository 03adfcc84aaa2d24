/** Reads a Dockerfile into its stages and steps: as much of the language as ours uses, and an error for anything else. */
export type Step =
  | { kind: 'run'; command: string }
  | { kind: 'copy'; from: string | undefined; sources: string[]; target: string }
  | { kind: 'workdir'; path: string }
export type Image = {
  environment: Record<string, string>
  user: string | undefined
  command: string[]
  healthcheck: string[]
  volumes: string[]
}
export type Stage = { name: string | undefined; base: string; steps: Step[]; image: Image }

export function parseDockerfile(text: string): Stage[] {
  const lines = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  const stages: Stage[] = []
  for (const line of lines) {
    const [, instruction = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? []
    if (instruction === 'FROM') stages.push(newStage(rest))
    else add(stages.at(-1), instruction, rest)
  }
  return stages
}

function newStage(rest: string): Stage {
  const [base = '', , name] = rest.split(/\s+/)
  return {
    name,
    base,
    steps: [],
    image: { environment: {}, user: undefined, command: [], healthcheck: [], volumes: [] },
  }
}

function add(stage: Stage | undefined, instruction: string, rest: string): void {
  if (!stage) throw new Error(`${instruction} stands before FROM`)
  const { steps, image } = stage
  switch (instruction) {
    case 'RUN':
      return void steps.push({ kind: 'run', command: rest.replace(/\s+/g, ' ') })
    case 'WORKDIR':
      return void steps.push({ kind: 'workdir', path: rest })
    case 'COPY': {
      const words = rest.split(/\s+/)
      const from = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined
      const target = words.pop() ?? ''
      return void steps.push({ kind: 'copy', from, sources: words, target })
    }
    case 'ENV':
      return void Object.assign(
        image.environment,
        Object.fromEntries(rest.split(/\s+/).map((pair) => pair.split('='))),
      )
    case 'USER':
      image.user = rest
      return
    case 'VOLUME':
      return void image.volumes.push(rest)
    case 'CMD':
      image.command = JSON.parse(rest) as string[]
      return
    case 'HEALTHCHECK':
      image.healthcheck = JSON.parse(rest.slice(rest.indexOf('CMD') + 3)) as string[]
      return
    default:
      throw new Error(`${instruction} is not known here`)
  }
}
